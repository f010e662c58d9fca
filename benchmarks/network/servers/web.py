"""Web servers, with the smallest application or with another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.network.servers.settings import BACKLOG, Address, Settings, listening_socket, port_of
from benchmarks.network.servers.sockets import keep

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, MutableMapping

    from benchmarks.network.servers.settings import Start

    Message = MutableMapping[str, Any]
    Application = Callable[
        [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
    ]

BODY = b"Hello, World!" * 8
KEEP_ALIVE_SECONDS = 600
"""Connections are idle while other loops have their turn."""


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The ASGI application."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


def start_uvicorn_with(load: Callable[[], Application]) -> Start:
    """What serves an application with uvicorn and httptools; `load` imports and makes it."""

    async def start(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
        return await serve_with_uvicorn(loop, settings, load())

    return start


async def start_uvicorn(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve the smallest application with uvicorn and httptools."""
    return await serve_with_uvicorn(loop, settings, application)


async def serve_with_uvicorn(loop: asyncio.AbstractEventLoop, settings: Settings, served: Application) -> Address:
    """Serve; without the events of start and end, which the smallest application does not know."""
    import uvicorn

    listener = listening_socket(settings)
    config = uvicorn.Config(
        served,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="error",
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ssl_certfile=settings.certificate,
    )
    keep(loop.create_task(uvicorn.Server(config).serve([listener])))
    return port_of(listener)


async def start_aiohttp(loop: asyncio.AbstractEventLoop, settings: Settings) -> Address:
    """Serve with aiohttp."""
    from aiohttp import web

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=BODY, content_type="text/plain")

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEP_ALIVE_SECONDS)
    await runner.setup()
    listener = listening_socket(settings)
    await web.SockSite(runner, listener, ssl_context=settings.tls, backlog=BACKLOG).start()
    return port_of(listener)
