"""httpx on anyio, against a uvicorn server in the same loop: many requests at once, streams, time limits."""

import asyncio
import socket
from typing import Any

import httpx
import uvicorn

from compat.program import run


async def application(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for start in range(0, len(body), 1000):
        await send({"type": "http.response.body", "body": body[start : start + 1000], "more_body": True})
    await send({"type": "http.response.body"})


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(application, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        answers = await asyncio.gather(*(client.post("/", content=b"%d" % number) for number in range(300)))
        print("requests", sum(int(answer.content) for answer in answers))
        large = bytes(range(256)) * 10_000
        async with client.stream("POST", "/", content=large) as response:
            print("stream", b"".join([part async for part in response.aiter_bytes()]) == large)
        try:
            await client.get("/slow", timeout=0.2)
        except httpx.ReadTimeout:
            print("time limit")
    server.should_exit = True
    await serving


if __name__ == "__main__":
    run(main)
