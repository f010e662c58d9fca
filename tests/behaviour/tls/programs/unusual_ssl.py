"""A process in which Python's TLS is not as usual. It prints what `--info` says of TLS, and what two connections do."""

import asyncio
import contextlib
import importlib
import shutil
import sys
from collections.abc import Callable
from typing import Any

from support.project import CERTIFICATES

Told = tuple[Any, ...]

ssl: Any
_ssl: Any


def no_module() -> None:
    sys.modules["_ssl"] = None  # type: ignore[assignment]


def another_library() -> None:
    ssl.OPENSSL_VERSION = "LibreSSL 4.1.0"


def part_of_the_interpreter() -> None:
    vars(_ssl).pop("__file__", None)


def file_not_loaded() -> None:
    from data_bridge.pyloop import _engine

    _ssl.__file__ = shutil.copy(_engine.__file__, "copy.so")


def no_openssl_in_the_file() -> None:
    from data_bridge.pyloop import _engine

    _ssl.__file__ = _engine.__file__


def no_libssl_in_the_file() -> None:
    import _hashlib

    _ssl.__file__ = _hashlib.__file__


def undecodable_name() -> None:
    _ssl.__file__ = "/a directory with a byte \udcff/_ssl.so"


def another_version() -> None:
    ssl.OPENSSL_VERSION_NUMBER += 1


def engine_told(change: Callable[..., Told]) -> None:
    """Change the arguments with which the engine is called."""
    openssl: Any = importlib.import_module("data_bridge.pyloop._openssl")
    told = openssl._use_openssl
    openssl._use_openssl = lambda *arguments: told(*change(*arguments))


def another_class() -> None:
    engine_told(lambda file, version, _example, *rest: (file, version, object(), *rest))


def another_context() -> None:
    engine_told(lambda file, version, example, _context, *rest: (file, version, example, object(), *rest))


def another_connection() -> None:
    engine_told(lambda *arguments: (*arguments[:4], *arguments[:3:-1]))


def own_class_of_contexts() -> None:
    """Such as packages have that take certificates from elsewhere: another context does the work."""
    original = ssl.SSLContext

    class Delegating(original):  # type: ignore[misc, valid-type]
        def __init__(self, protocol: int) -> None:
            inner = original(protocol)
            self.wrap_bio = inner.wrap_bio
            self.load_cert_chain = inner.load_cert_chain
            self.load_verify_locations = inner.load_verify_locations

    ssl.SSLContext = Delegating


def method_replaced() -> None:
    original = ssl.SSLObject.read
    ssl.SSLObject.read = lambda self, *arguments: original(self, *arguments).upper()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as many bytes as were asked, over TLS if the client asks for it in plain text."""
    with contextlib.closing(writer):
        request = await reader.readexactly(4)
        if request == b"TLS!":
            writer.write(b"now!")
            await writer.start_tls(server_context())
            request = await reader.readexactly(4)
        writer.write(request)
        await reader.read()


def server_context() -> Any:
    """With the class that `ssl` has by now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "localhost.crt", CERTIFICATES / "localhost.key")
    return context


async def answers() -> list[tuple[bytes, str]]:
    """The answer over TLS from the beginning and over a connection that is upgraded, and the class of the protocol."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(CERTIFICATES / "localhost.crt")
    found = []
    for upgrade in (False, True):
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=None if upgrade else server_context())
        address = server.sockets[0].getsockname()
        tls = {} if upgrade else {"ssl": context, "server_hostname": "localhost"}
        reader, writer = await asyncio.open_connection(*address, **tls)
        if upgrade:
            writer.write(b"TLS!")
            await reader.readexactly(4)
            await writer.start_tls(context, server_hostname="localhost")
        writer.write(b"ping")
        transport: Any = writer.transport
        found.append((await reader.readexactly(4), type(transport._ssl_protocol).__name__))
        writer.close()
        await writer.wait_closed()
        server.close()
    return found


def main() -> None:
    """Do what the argument names, and print."""
    global ssl, _ssl
    change = globals()[sys.argv[1]]
    if change is not no_module:
        import _ssl
        import ssl
    change()

    from data_bridge import pyloop
    from data_bridge.pyloop._info import info

    print(info()["TLS"])
    print(pyloop.run(answers() if change is not no_module else asyncio.sleep(0, [])))


if __name__ == "__main__":
    main()
