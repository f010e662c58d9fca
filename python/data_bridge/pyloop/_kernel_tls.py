"""Whether the kernel can encrypt the records of TLS connections (kernel TLS), and which connections ask for that."""

from __future__ import annotations

import errno
import functools
import socket

from . import _openssl

ssl = _openssl.ssl

_OPTION = int(getattr(ssl, "OP_ENABLE_KTLS", 1 << 3))  # the name is new in 3.12, the option in OpenSSL 3
_TCP_ULP = 31  # from linux/tcp.h; the module `socket` has no name for it


@functools.cache
def _refusal() -> str | None:
    if (reason := _openssl.why_not()) is not None:
        return reason
    if ssl.OPENSSL_VERSION_INFO < (3,):
        return f"{ssl.OPENSSL_VERSION} is older than OpenSSL 3"
    with socket.socket() as unconnected:
        try:
            unconnected.setsockopt(socket.IPPROTO_TCP, _TCP_ULP, b"tls")
        except OSError as error:
            # A kernel that knows the protocol `tls` looks for a connection next.
            return None if error.errno == errno.ENOTCONN else f"the kernel does not offer it: {error.strerror}"
    return None


def why_not() -> str | None:
    """Return None if the kernel may encrypt, or the reason why it never does. The answer is kept.

    None promises nothing: OpenSSL can have been built without it, and the kernel does not know every cipher.
    """
    try:
        return _refusal()
    except OSError as error:  # no descriptor is left to ask with
        return str(error)


def is_wanted(sslcontext: object) -> bool:
    """Return whether a context has the option `ssl.OP_ENABLE_KTLS` and the kernel may encrypt."""
    if why_not() is not None or not _openssl.is_context(sslcontext):
        return False
    options: int = super(ssl.SSLContext, sslcontext).options  # the property of SSLContext makes an enum
    return bool(options & _OPTION)


def description() -> str:
    """Return what `--info` says about kernel TLS."""
    reason = why_not()
    return "for contexts with ssl.OP_ENABLE_KTLS" if reason is None else f"no, because {reason}"
