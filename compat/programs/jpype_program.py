"""JPype: a JVM that starts before the first loop of a process, after it, and while it runs."""

import asyncio
import subprocess
import sys

import jpype

from compat.program import print_loop

ORDERS = ("before", "after", "while it runs")


def use_java() -> None:
    if not jpype.isJVMStarted():
        jpype.startJVM("-Xmx64m")
    numbers = jpype.java.util.ArrayList()
    for number in range(1000):
        numbers.add(number)
    jpype.java.lang.System.gc()
    assert sum(map(int, numbers)) == 499500


async def talk(java: bool) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    if java:
        use_java()
    for _ in range(200):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b""
        writer.close()
    server.close()
    # The thread enters Java while the loop runs in this one.
    if jpype.isJVMStarted():
        await asyncio.gather(*(asyncio.to_thread(use_java) for _ in range(20)))
    print_loop()


def child(order: str) -> None:
    if order == "before":
        use_java()
    asyncio.run(talk(java=order == "while it runs"))
    use_java()
    asyncio.run(talk(java=False))
    print(order, "works", flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        child(sys.argv[1])
    else:
        for order in ORDERS:
            subprocess.run([sys.executable, "-m", "compat.programs.jpype_program", order], check=True)
