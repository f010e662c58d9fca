"""Applications for uvicorn, each with one answer, which is made anew for every request where that is what costs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from benchmarks.network.servers.web import Application, Message

    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

ANSWER = {"number": 7, "name": "a row of a table", "price": 12.5, "tags": ["small", "red"]}
LARGE_BODY = b"x" * (10 * 1024)


async def respond(send: Send, content_type: bytes, body: bytes) -> None:
    """One whole response."""
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def json_application(scope: Message, receive: Receive, send: Send) -> None:
    """A small object."""
    await respond(send, b"application/json", json.dumps(ANSWER).encode())


async def large_application(scope: Message, receive: Receive, send: Send) -> None:
    """10 KiB of text."""
    await respond(send, b"text/plain", LARGE_BODY)


def load_starlette() -> Application:
    """The object as a response of Starlette."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def read(request: Request) -> JSONResponse:
        return JSONResponse(ANSWER)

    starlette: Application = Starlette(routes=[Route("/", read)])
    return starlette


def load_fastapi() -> Application:
    """The object as a model of FastAPI, which validates and serialises it."""
    from benchmarks.network.servers.fastapi_application import make_application

    return make_application(ANSWER)
