"""aiohttp: its server and its client, over TLS, with uploads, web sockets and many connections at once."""

import asyncio

import aiohttp
from aiohttp import web

from compat.program import client_context, run, server_context


async def reverse(request: web.Request) -> web.Response:
    return web.Response(body=(await request.read())[::-1])


async def lines(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(1000):
        await response.write(b"%d\n" % number)
    await response.write_eof()
    return response


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


async def use(address: str) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=20, ssl=client_context())) as session:

        async def post(data: bytes) -> bytes:
            async with session.post(address + "/reverse", data=data) as response:
                assert response.status == 200
                body: bytes = await response.read()
                return body

        answers = await asyncio.gather(*(post(b"%d" % number) for number in range(500)))
        print("requests", sum(int(answer[::-1]) for answer in answers))
        large = bytes(range(256)) * 30_000
        print("large", await post(large) == large[::-1])
        async with session.get(address + "/lines") as response:
            print("lines", sum([int(line) async for line in response.content]))
        async with session.ws_connect(address + "/echo") as socket:
            for number in range(200):
                await socket.send_str(str(number))
            print("web socket", sum([int((await socket.receive()).data) for _ in range(200)]))


async def main() -> None:
    application = web.Application(client_max_size=1 << 30)
    application.add_routes([web.post("/reverse", reverse), web.get("/lines", lines), web.get("/echo", echo)])
    runner = web.AppRunner(application)
    await runner.setup()
    for context in (None, server_context()):
        site = web.TCPSite(runner, "localhost", 0, ssl_context=context)
        await site.start()
        port = runner.addresses[-1][1]
        await use(f"http{'s' if context else ''}://localhost:{port}")
    await runner.cleanup()


if __name__ == "__main__":
    run(main)
