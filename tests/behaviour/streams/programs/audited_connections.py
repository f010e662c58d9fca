"""A program with an audit hook: connecting raises the events of the `socket` module. Argument: the kind of loop."""

import asyncio
import socket
import sys
import tempfile
from typing import Any

from support.chosen_loop import new_event_loop

events: list[Any] = []


def hook(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.__new__", "socket.connect"}:
        sock, *rest = args
        assert isinstance(sock, socket.socket)
        events.append((event, *rest))
    elif event.startswith("socket."):
        events.append((event, *args))
    assert "pyloop" not in event


async def main() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as unix_listener:
        path = f"{tempfile.mkdtemp()}/socket"
        unix_listener.bind(path)
        unix_listener.listen()
        address = listener.getsockname()
        sys.addaudithook(hook)
        transport, _ = await loop.create_connection(asyncio.Protocol, *address)
        transport.abort()
        assert events == [
            ("socket.__new__", socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP),
            ("socket.connect", address),
        ]
        events.clear()
        transport, _ = await loop.create_unix_connection(asyncio.Protocol, path)
        transport.abort()
        assert events == [("socket.__new__", socket.AF_UNIX, socket.SOCK_STREAM, 0), ("socket.connect", path)]
        events.clear()
        transport, _ = await loop.create_connection(asyncio.Protocol, "localhost", address[1], family=socket.AF_INET)
        transport.abort()
        assert events == [
            ("socket.getaddrinfo", "localhost", address[1], socket.AF_INET, socket.SOCK_STREAM, 0),
            ("socket.__new__", socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP),
            ("socket.connect", address),
        ]
        await asyncio.sleep(0)


loop = new_event_loop()
loop.run_until_complete(main())
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
print("done")
