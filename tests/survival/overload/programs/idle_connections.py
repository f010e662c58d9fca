"""A server of thousands of connections that say nothing; prints what they cost, for each of two rounds.

Arguments: the kind of loop, the path of the server's socket, and how many connections.
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time

from support.chosen_loop import new_event_loop
from support.process_figures import resident_bytes
from survival.overload.programs.limits import nothing_left
from survival.overload.programs.protocols import Echo

alive: set[Echo] = set()


class Counted(Echo):
    """Is among the living as long as its connection is."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        alive.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        assert exc is None
        alive.remove(self)


async def told(child: asyncio.subprocess.Process, text: str) -> None:
    assert child.stdout is not None
    line = await child.stdout.readline()
    assert line == text.encode() + b"\n", line


async def storm(path: str, count: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(Counted, path, backlog=1000)
    before = resident_bytes()
    # In a process of their own: the limit of descriptors is one of the process.
    module = "survival.overload.programs.idle_peers"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, path, str(count), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdin is not None
    await told(child, "connected")
    while len(alive) < count:
        await asyncio.sleep(0.01)
    gc.collect()
    held = resident_bytes() - before
    # Nobody says anything, and the loop has nothing to do.
    used = time.process_time()
    for _ in range(50):
        await asyncio.sleep(0.01)
    used = time.process_time() - used
    for step in (97, 1):
        child.stdin.write(b"%d\n" % step)
        await told(child, "served")
    assert len(alive) == count
    child.kill()
    await child.wait()
    while alive:
        await asyncio.sleep(0.01)
    server.close()
    await asyncio.sleep(0.1)
    gc.collect()
    return {"held": held, "idle CPU seconds": round(used, 3), "kept": resident_bytes() - before}


def run_storm(path: str, count: int) -> dict[str, float]:
    loop = new_event_loop()
    report = loop.run_until_complete(asyncio.wait_for(storm(path, count), 120))
    loop.close()
    return report


def main() -> None:
    path, count = sys.argv[2], int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    new_event_loop().close()
    with nothing_left():
        reports = [run_storm(path, count)]
        if os.path.exists(path):  # asyncio removes it from 3.13 on
            os.unlink(path)
        reports.append(run_storm(path, count))
    print(json.dumps(reports))


if __name__ == "__main__":
    main()
