"""A Python that PyLoop does not know, with an asyncio that fits or not. Argument: the name of a function."""

import asyncio
import sys
from typing import Any

from support.scenarios import run_scenario


def become_unknown() -> None:
    """Before the first import of PyLoop, which looks at the version."""
    sys.version_info = (4, 0, 0, "final", 0)  # type: ignore[assignment]


def attempt() -> None:
    """Run a server and a client, or print why there is no loop."""
    from data_bridge import pyloop

    async def serve_and_ask() -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            print(await reader.read())
            writer.close()

    try:
        pyloop.new_event_loop().close()
    except ImportError as error:
        print(type(error).__name__, error)
    else:
        pyloop.run(serve_and_ask())


def nothing_has_moved() -> None:
    become_unknown()
    attempt()


def name_has_moved() -> None:
    become_unknown()
    del asyncio.selector_events._SelectorDatagramTransport  # type: ignore[attr-defined]
    attempt()


def method_takes_more() -> None:
    become_unknown()
    loop_class: Any = asyncio.SelectorEventLoop
    loop_class._make_socket_transport = lambda self, sock, protocol, waiter=None, *, new=None: None
    attempt()
    attempt()


def python_is_known() -> None:
    attempt()
    print("data_bridge.pyloop._seams" in sys.modules)


def main() -> None:
    run_scenario(globals(), sys.argv[1:])


if __name__ == "__main__":
    main()
