"""How much memory the engine takes and reserves, and how little it can do with."""

from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, PYLOOP

RunClean = Callable[..., str]

USE = """
import asyncio
from support import process_figures
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    async def main():
        loop = asyncio.get_running_loop()
        for number in range(1000):
            loop.call_soon(int)
        await asyncio.sleep(0.001)
    runner.run(main())
"""
# More than the engine takes on top of asyncio. Of the library's file the kernel maps as much as lies together in its
# cache, at most all of it: 6 MB or 14 were seen with the same file. The process's own pages do not depend on that.
OWN_KIB = 4 * 1024
RESIDENT_KIB = 24 * 1024
RESERVED_KIB = 400 * 1024


def sizes(run_clean: RunClean, import_statement: str) -> dict[str, int]:
    """KiB of a program that uses a loop, in the words of /proc: its own pages, peak resident and peak reserved."""
    names = ("RssAnon", "VmHWM", "VmPeak")
    report = f"print(*(process_figures.kibibytes(name) for name in {names}))"
    return dict(zip(names, map(int, run_clean(f"{import_statement}\n{USE}{report}").split()), strict=True))


def test_memory_beside_asyncio(run_clean: RunClean) -> None:
    stock = sizes(run_clean, ASYNCIO.import_statement)
    more = {name: size - stock[name] for name, size in sizes(run_clean, PYLOOP.import_statement).items()}
    assert more["RssAnon"] < OWN_KIB, more
    assert more["VmHWM"] < RESIDENT_KIB, more
    assert more["VmPeak"] < RESERVED_KIB, more


@pytest.mark.parametrize("limit", ["-v", "-d"])
def test_limit_of_512_mebibytes(run_clean: RunClean, limit: str) -> None:
    code = f"{PYLOOP.import_statement}\n{USE}print('used')"
    assert run_clean(code, launcher=("sh", "-c", f'ulimit {limit} 524288 && exec "$0" "$@"')) == "used\n"


def test_too_little_address_space_is_a_memory_error(run_clean: RunClean) -> None:
    """The process survives it, and asyncio's own loops work."""
    code = """
import asyncio, mmap, resource
from data_bridge.pyloop import new_event_loop
used = int(open("/proc/self/statm").read().split()[0]) * mmap.PAGESIZE
resource.setrlimit(resource.RLIMIT_AS, (used + (60 << 20), resource.RLIM_INFINITY))
for _ in range(2):
    try:
        new_event_loop()
    except MemoryError as error:
        print("address space" in str(error))
print(asyncio.run(asyncio.sleep(0.001, "alive")))
"""
    assert run_clean(code) == "True\nTrue\nalive\n"


def test_timers_that_come_and_go_do_not_grow_the_process(run_clean: RunClean) -> None:
    """Many times as many as fit below the bound at once: the Java heap is collected between iterations."""
    code = f"""
{PYLOOP.import_statement}
from support import process_figures
loop = new_event_loop()
def batch():
    for handle in [loop.call_later(3600, int) for _ in range(100_000)]:
        handle.cancel()
    loop.call_soon(loop.stop)
    loop.run_forever()
for _ in range(4):
    batch()
before = process_figures.kibibytes("VmHWM")
for _ in range(20):
    batch()
grown = process_figures.kibibytes("VmHWM") - before
print(grown if grown > 20 * 1024 else "steady")
loop.close()
"""
    assert run_clean(code) == "steady\n"
