"""grpc.aio: a server and a client with single calls, streams in both directions, a deadline, an error."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

from compat.program import run


async def reverse(request: bytes, context: Any) -> bytes:
    if request == b"fail":
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "refused")
    if request == b"slow":
        await asyncio.sleep(60)
    return request[::-1]


async def stream(requests: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
    async for request in requests:
        yield request[::-1]


async def main() -> None:
    server = grpc.aio.server()
    handlers = {
        "reverse": grpc.unary_unary_rpc_method_handler(reverse),
        "stream": grpc.stream_stream_rpc_method_handler(stream),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("compat", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary("/compat/reverse")
        answers = await asyncio.gather(*(call(b"%d" % number) for number in range(500)))
        print("calls", sum(int(answer[::-1]) for answer in answers))

        async def requests() -> AsyncIterator[bytes]:
            for number in range(1000):
                yield b"%d" % number

        received = [answer async for answer in channel.stream_stream("/compat/stream")(requests())]
        print("stream", sum(int(answer[::-1]) for answer in received))
        for request, timeout in ((b"fail", 20), (b"slow", 0.2)):
            try:
                await call(request, timeout=timeout)
            except grpc.aio.AioRpcError as error:
                print(error.code())
    await server.stop(None)


if __name__ == "__main__":
    run(main)
