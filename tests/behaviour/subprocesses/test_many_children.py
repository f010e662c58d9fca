"""A thousand children alive at once: every exit status arrives, and no zombie, descriptor or thread is left."""

import asyncio
import os
import resource
import threading
from pathlib import Path

import pytest

from support.loop_kinds import PROMPTLY, Loop

CHILDREN = int(os.environ.get("PYLOOP_CHILDREN") or 1000)
# Waits for the end of its input, which all share, and exits with its number.
WAITING = 'read line; exit "$0"'


def own_children() -> dict[int, str]:
    """The children of this process and their states; Z is a zombie."""
    states = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, fields = stat.read_text().partition(" (")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = fields.rpartition(")")[2].split()[:2]
        if int(parent) == os.getpid():
            states[int(pid)] = state
    return states


def skip_if_too_few(count: int) -> None:
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if processes != resource.RLIM_INFINITY and processes < 2 * count + 200:
        pytest.skip(f"the limit of {processes} processes and threads does not allow {count} children")
    if files < 2 * count + 200:
        # A descriptor for each child, and one for its output.
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * count + 200:
            pytest.skip(f"the limit of {files} descriptors does not allow {count} children")


def test_all_exit_at_once(loop: Loop) -> None:
    skip_if_too_few(CHILDREN)
    before, threads = own_children(), threading.active_count()

    async def main() -> list[int]:
        read_end, write_end = os.pipe()
        children = [
            await asyncio.create_subprocess_exec("sh", "-c", WAITING, str(number % 256), stdin=read_end)
            for number in range(CHILDREN)
        ]
        os.close(read_end)
        # All of them are alive.
        assert len(own_children().keys() - before.keys()) == CHILDREN
        assert all(child.returncode is None for child in children)
        os.close(write_end)
        return await asyncio.gather(*(child.wait() for child in children))

    codes = loop.run_until_complete(asyncio.wait_for(main(), 4 * PROMPTLY))
    assert codes == [number % 256 for number in range(CHILDREN)]
    assert own_children() == before
    loop.close()
    # A watcher's threads may need a moment.
    for thread in threading.enumerate():
        if "waitpid" in thread.name:
            thread.join(PROMPTLY)
    assert threading.active_count() == threads


def test_short_ones_with_output(loop: Loop) -> None:
    """They come and go as fast as the machine starts them, 100 at a time; each says who it is."""
    before = own_children()
    total = CHILDREN // 5
    turns = asyncio.Semaphore(100)

    async def one(number: int) -> tuple[bytes, bytes, int | None]:
        async with turns:
            command = f"echo out {number}; echo err {number} >&2; exit {number % 256}"
            pipe = asyncio.subprocess.PIPE
            child = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=pipe, stderr=pipe)
            return (*await child.communicate(), child.returncode)

    async def main() -> list[tuple[bytes, bytes, int | None]]:
        return await asyncio.gather(*(one(number) for number in range(total)))

    results = loop.run_until_complete(asyncio.wait_for(main(), 4 * PROMPTLY))
    assert results == [(b"out %d\n" % number, b"err %d\n" % number, number % 256) for number in range(total)]
    assert own_children() == before


def test_all_are_killed(loop: Loop) -> None:
    before = own_children()
    signals = [6, 9, 10, 14, 15]  # not those that a shell has its background jobs ignore

    async def main() -> list[int]:
        children = [await asyncio.create_subprocess_exec("sleep", "1000") for _ in range(100)]
        for number, child in enumerate(children):
            child.send_signal(signals[number % len(signals)])
        return await asyncio.gather(*(child.wait() for child in children))

    codes = loop.run_until_complete(asyncio.wait_for(main(), 4 * PROMPTLY))
    assert codes == [-signals[number % len(signals)] for number in range(100)]
    assert own_children() == before


def test_transport_that_is_closed_kills_its_child(loop: Loop) -> None:
    before = own_children()

    async def main() -> None:
        made = [await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "1000") for _ in range(10)]
        for transport, _ in made:
            transport.close()
        # asyncio's thread reaps a child before the loop hears of it; a Popen that never hears of it warns when freed.
        while own_children() != before or any(transport.get_returncode() is None for transport, _ in made):
            await asyncio.sleep(0.001)
        assert [transport.get_returncode() for transport, _ in made] == [-9] * 10

    loop.run_until_complete(asyncio.wait_for(main(), 4 * PROMPTLY))
