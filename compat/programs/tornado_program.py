"""tornado: its HTTP server and client, web sockets, its own IOLoop calls, subprocesses."""

import asyncio
import sys
from typing import Any

from tornado import httpclient, httpserver, ioloop, netutil, process, web, websocket

from compat.program import run

BINARY = {"Content-Type": "application/octet-stream"}


class Reverse(web.RequestHandler):  # type: ignore[misc]
    """Answers with the body backwards."""

    def post(self) -> None:
        self.write(self.request.body[::-1])


class Echo(websocket.WebSocketHandler):  # type: ignore[misc]
    """Sends back what comes."""

    def on_message(self, message: str) -> None:
        self.write_message(message)


async def main() -> None:
    server = httpserver.HTTPServer(web.Application([("/", Reverse), ("/echo", Echo)]), max_buffer_size=1 << 28)
    sockets = netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    client = httpclient.AsyncHTTPClient(max_clients=20, max_body_size=1 << 28)

    async def post(data: bytes) -> bytes:
        response = await client.fetch(f"http://127.0.0.1:{port}/", method="POST", body=data, headers=BINARY)
        return bytes(response.body)

    answers = await asyncio.gather(*(post(b"%d" % number) for number in range(300)))
    print("requests", sum(int(answer[::-1]) for answer in answers))
    large = bytes(range(256)) * 20_000
    print("large", await post(large) == large[::-1])
    socket = await websocket.websocket_connect(f"ws://127.0.0.1:{port}/echo")
    for number in range(100):
        await socket.write_message(str(number))
    print("web socket", sum([int(await socket.read_message()) for _ in range(100)]))
    socket.close()
    loop, called = ioloop.IOLoop.current(), asyncio.Event()
    loop.add_timeout(loop.time() + 0.01, called.set)
    await called.wait()
    child: Any = process.Subprocess([sys.executable, "-c", "print('child')"], stdout=process.Subprocess.STREAM)
    print("child", await child.stdout.read_until_close(), await child.wait_for_exit())
    server.stop()


if __name__ == "__main__":
    run(main)
