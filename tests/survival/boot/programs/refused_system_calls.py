"""Uses every part of a loop that makes system calls of its own, while the kernel refuses some.

Arguments: the kind of loop, whether one has run "before" or "never", the error, and the numbers of the calls.
"""

import asyncio
import sys
import threading

from support import refused_calls
from support.chosen_loop import new_event_loop


async def use() -> None:
    """A timer, a wakeup from a thread, a server, a child."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.sleep(0.0123)
    assert loop.time() - started >= 0.0123
    event = asyncio.Event()
    threading.Thread(target=lambda: loop.call_soon_threadsafe(event.set)).start()
    await event.wait()
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    server.close()
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0


def run() -> None:
    """`use` on a new loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(use())


def main() -> None:
    """Print "works" in the end."""
    _, has_run, error, *calls = sys.argv[1:]
    if has_run == "before":
        run()
    refused_calls.refuse(tuple(map(int, calls)), int(error))
    run()
    print("works")


if __name__ == "__main__":
    main()
