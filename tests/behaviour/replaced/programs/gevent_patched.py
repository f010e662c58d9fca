"""A program after `gevent.monkey.patch_all()`: its threads are greenlets, which run while the loop waits."""

import sys

if sys.argv[3] == "before":
    from gevent import monkey

    monkey.patch_all()

import asyncio
import socket
import threading
import time
from typing import Any

from support import workloads
from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

if sys.argv[3] == "after":
    from gevent import monkey

    new_event_loop().close()  # all of the package is imported
    monkey.patch_all()


def run(coroutine: Any) -> Any:
    """Run it on a new loop."""
    loop = new_event_loop()
    try:
        return loop.run_until_complete(asyncio.wait_for(coroutine, 30))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def executor(_order: str) -> None:
    """Functions run in greenlets, also such as block; the loop waits for them and for timers meanwhile."""

    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        sleeps = (loop.run_in_executor(None, time.sleep, 0.02) for _ in range(3))
        begun = time.monotonic()
        await asyncio.gather(asyncio.sleep(0.02), *sleeps)
        together = time.monotonic() - begun < 10
        infos = await loop.getaddrinfo("localhost", 80, family=socket.AF_INET, type=socket.SOCK_STREAM)
        return [await loop.run_in_executor(None, lambda: 9), together, infos[0][4]]

    print(run(main()))


def threads(_order: str) -> None:
    """A thread of the program calls back while the loop waits, and another runs a loop of its own."""

    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        seen: list[int] = []
        done = asyncio.Event()

        def work() -> None:
            for number in range(5):
                time.sleep(0.001)
                loop.call_soon_threadsafe(seen.append, number)
            loop.call_soon_threadsafe(done.set)

        thread = threading.Thread(target=work)
        thread.start()
        await done.wait()
        thread.join()
        return seen

    print(run(main()))


def connections(_order: str) -> None:
    """Streams with and without TLS, datagrams, pipes, readers, threads and children."""
    for name in ("streams", "tls", "datagrams", "pipes", "descriptors", "threads", "processes"):
        run(workloads.WORKLOADS[name]())
        print(name)


def blocking_client(_order: str) -> None:
    """A greenlet with a blocking socket talks to a server of the loop."""

    async def main() -> bytes:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()

        def talk() -> bytes:
            with socket.create_connection(address) as client:
                client.sendall(b"hello\n")
                return client.recv(100)

        answer = await asyncio.get_running_loop().run_in_executor(None, talk)
        server.close()
        return answer

    print(run(main()))


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
