"""An ASGI application that answers with the class of its loop, its process, and the word in the file "version".

With MAKES_A_LOOP in the environment a loop is made as it is imported, and left open.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]

VERSION = Path("version").read_text()

if "MAKES_A_LOOP" in os.environ:
    import data_bridge.pyloop

    loop = data_bridge.pyloop.new_event_loop()
    loop.run_until_complete(asyncio.sleep(0.001))


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Serve a request, or the life of the server."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = f"{type(asyncio.get_running_loop()).__name__} {os.getpid()} {VERSION}".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
