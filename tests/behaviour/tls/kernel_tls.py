"""Whether the kernel has TLS, contexts that ask for it, and how to see that it works."""

import errno
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.files_to_send import CONTENT
from support.peers.tls import client_context, server_context

OPTION = getattr(ssl, "OP_ENABLE_KTLS", 1 << 3)  # the name is new in 3.12
TCP_ULP = 31
BULK = CONTENT * 8


def kernel_refusal() -> str | None:
    """Why the kernel has no TLS, or None. One that has it says that the socket is not connected."""
    with socket.socket() as sock:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
        except OSError as error:
            return None if error.errno == errno.ENOTCONN else str(error)
    return None


REFUSAL = kernel_refusal()
needs_kernel_tls = pytest.mark.skipif(
    REFUSAL is not None or ssl.OPENSSL_VERSION_INFO < (3,),
    reason=f"this kernel and {ssl.OPENSSL_VERSION} have no kernel TLS together: {REFUSAL}",
)


def asking(accepted: bool) -> ssl.SSLContext:
    """A context for one side that asks for kernel TLS."""
    context = server_context() if accepted else client_context()
    context.options |= OPTION
    return context


def connections_sent_by_the_kernel() -> int:
    """How many connections of this machine the kernel has begun to encrypt for, ever."""
    counters = dict(line.split() for line in Path("/proc/net/tls_stat").read_text().splitlines())
    return int(counters["TlsTxSw"]) + int(counters["TlsTxDevice"])


@pytest.fixture
def encrypting() -> Iterator[None]:
    """The kernel encrypts for one more connection at least when the test has ended."""
    before = connections_sent_by_the_kernel()
    yield
    assert connections_sent_by_the_kernel() > before
