"""trio as a guest of the loop: its tasks, sockets and threads, while asyncio's tasks run beside them."""

import asyncio
from typing import Any

import trio
import trio.lowlevel

from compat.program import run


async def guest() -> int:
    """What runs under trio."""
    total = 0

    async def echo(stream: trio.SocketStream) -> None:
        async for data in stream:
            await stream.send_all(data)

    async with trio.open_nursery() as nursery:
        listeners: Any = await nursery.start(trio.serve_tcp, echo, 0)
        stream = await trio.open_tcp_stream("127.0.0.1", listeners[0].socket.getsockname()[1])
        for number in range(200):
            await stream.send_all(b"%04d" % number)
            data = b""
            while len(data) < 4:
                data += await stream.receive_some(4 - len(data))
            total += int(data)
        total += int(await trio.to_thread.run_sync(sum, range(10)))
        await trio.sleep(0.05)
        await stream.aclose()
        nursery.cancel_scope.cancel()
    return total


async def main() -> None:
    loop = asyncio.get_running_loop()
    finished: asyncio.Future[Any] = loop.create_future()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    beside = asyncio.create_task(tick())
    trio.lowlevel.start_guest_run(
        guest,
        run_sync_soon_threadsafe=loop.call_soon_threadsafe,
        done_callback=finished.set_result,
        # asyncio uses it once a signal handler is added, PyLoop and uvloop always.
        host_uses_signal_set_wakeup_fd=True,
    )
    print("guest", (await finished).unwrap())
    print("beside", ticks > 10)
    beside.cancel()


if __name__ == "__main__":
    run(main)
