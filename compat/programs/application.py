"""An ASGI application that answers with the class of its loop."""

import asyncio
from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Serve a request, or the life of the server."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = type(asyncio.get_running_loop()).__name__.encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
