"""Whether the engine can use the OpenSSL of Python's own module `_ssl`."""

from __future__ import annotations

import functools

from ._engine import _use_openssl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ssl: Any
try:
    import _ssl
    import ssl
except ImportError:
    ssl = None


@functools.cache
def why_not() -> str | None:
    """Bind OpenSSL to the engine at the first call; return None, or why the engine cannot use it."""
    if ssl is None:
        return "this Python has no module ssl"
    if not ssl.OPENSSL_VERSION.startswith("OpenSSL "):
        return f"{ssl.OPENSSL_VERSION} is not OpenSSL"
    file = getattr(_ssl, "__file__", None)
    if not file:
        return "the module _ssl, and OpenSSL with it, is part of the interpreter's own file"
    incoming, outgoing = _ssl.MemoryBIO(), _ssl.MemoryBIO()
    # Of `_ssl`, because a program may have put a class of its own in the place of `ssl.SSLContext`.
    context: Any = _ssl._SSLContext(_ssl.PROTOCOL_TLS_SERVER)
    example = context._wrap_bio(incoming, outgoing, server_side=True)
    # The engine finds the BIOs again by how much is in them.
    sizes = incoming.write(b"in"), outgoing.write(b"out")
    return _use_openssl(file, ssl.OPENSSL_VERSION_NUMBER, example, context, *sizes)


def is_context(candidate: object) -> bool:
    """Return whether an object is an `ssl.SSLContext`."""
    return ssl is not None and isinstance(candidate, ssl.SSLContext)


def description() -> str:
    """Return what `--info` says about TLS."""
    reason = why_not()
    if reason is None:
        return f"records in the engine, {ssl.OPENSSL_VERSION}"
    return f"asyncio's own protocol, because {reason}"
