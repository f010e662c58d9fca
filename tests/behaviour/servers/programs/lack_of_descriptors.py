"""A server whose process has no free descriptor for a while."""

import asyncio
import asyncio.constants
import socket
from typing import Any

from support.chosen_loop import new_event_loop
from support.full_process import no_free_descriptor

contexts: list[dict[str, Any]] = []


class Greeter(asyncio.Protocol):
    """Greets and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


async def serve() -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: contexts.append(context))
    server = await loop.create_server(Greeter, "127.0.0.1", 0, backlog=10)
    address = server.sockets[0].getsockname()
    # What is needed later is loaded now.
    with socket.create_connection(address) as peer:
        peer.setblocking(False)
        assert await loop.sock_recv(peer, 5) == b"hello"
    peers = [socket.create_connection(address) for _ in range(3)]
    with no_free_descriptor():
        await asyncio.sleep(0)
        while not contexts:
            await asyncio.sleep(0.001)
        assert {context["message"] for context in contexts} == {"socket.accept() out of system resource"}
        assert {context["exception"].errno for context in contexts} == {24}
        assert {type(context["socket"]).__name__ for context in contexts} == {"TransportSocket"}
        assert {context["socket"].fileno() for context in contexts} == {server.sockets[0].fileno()}
        assert server.is_serving()
    for peer in peers:
        peer.setblocking(False)
        assert await loop.sock_recv(peer, 5) == b"hello"
        peer.close()
    server.close()
    await asyncio.sleep(0.2)


def main() -> None:
    asyncio.constants.ACCEPT_RETRY_DELAY = 0.05  # type: ignore[misc, assignment]
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(serve(), 60))
    loop.close()
    print("done")


if __name__ == "__main__":
    main()
