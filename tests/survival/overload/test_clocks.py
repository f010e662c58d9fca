"""Steps of the wall clock and odd values of the monotonic clock do not matter to timers.

The wall clock of the machine belongs to others, so a library that is loaded before the C library steps it for one
process. The value of the monotonic clock is changed by the kernel, in a namespace.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.loop_kinds import Done, LoopKind, run_python

# Every look at the wall clock shows a time an hour before or after the last one.
STEPPING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long looks;
int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec += (__sync_fetch_and_add(&looks, 1) % 2 ? 3600 : -3600);
    return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *result) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (result)
        *result = exact.tv_sec;
    return exact.tv_sec;
}
"""

TIMERS = """
import asyncio, random, sys, threading, time

assert not sys.argv[1:] or time.monotonic() > float(sys.argv[1])

async def main():
    loop = asyncio.get_running_loop()
    assert abs(loop.time() - time.monotonic()) < 60
    ran = []
    choice = random.Random(6)
    base = loop.time()
    whens = [base + choice.random() for _ in range(500)]
    for when in whens:
        loop.call_at(when, lambda when=when: ran.append((when, loop.time() - when)))
    far = loop.call_later(1e9, ran.append, "far")
    for _ in range(20):
        start = time.monotonic()
        await asyncio.sleep(0.01)
        # A float of a clock that is far from 0 has a resolution of its own.
        assert time.monotonic() - start >= 0.01 - 1e-6
    try:
        await asyncio.wait_for(loop.create_future(), 0.05)
    except TimeoutError:
        pass
    assert await loop.run_in_executor(None, time.sleep, 0.05) is None
    woken = loop.create_future()
    threading.Timer(0.05, loop.call_soon_threadsafe, (woken.set_result, None)).start()
    await woken
    while len(ran) < len(whens):
        await asyncio.sleep(0.01)
    far.cancel()
    assert [when for when, _ in ran] == sorted(whens)
    assert all(late >= -1e-6 for _, late in ran)
    await loop.shutdown_default_executor()
    return loop.time() - base

loop = new_event_loop()
took = loop.run_until_complete(main())
loop.close()
# A step of an hour would be more.
print(1 <= took < 1000)
"""


@pytest.fixture(scope="module")
def stepping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler to make a library that steps the wall clock of one process")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "stepping.c").write_text(STEPPING)
    library = folder / "stepping.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, folder / "stepping.c"], check=True)
    return library


def test_wall_clock_that_steps_by_hours(kind: LoopKind, stepping: Path) -> None:
    proof = "import time\nlooks = [time.time() for _ in range(10)]\nassert max(looks) - min(looks) > 7000\n"
    done = kind.run_program(proof + TIMERS, environment={"LD_PRELOAD": str(stepping)})
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


# 30 years, and 120, of which the nanoseconds are nearly half of what a signed number of 64 bits holds.
@pytest.mark.parametrize("seconds", [1_000_000_000, 3_900_000_000])
def test_monotonic_clock_far_from_zero(kind: LoopKind, seconds: int) -> None:
    launcher = ["unshare", "--time", "--monotonic", str(seconds), "--fork", "--"]
    if shutil.which("unshare") is None or subprocess.run([*launcher, "true"], capture_output=True).returncode:
        pytest.skip("this system makes no time namespace for this user, and without one the clock cannot be changed")
    done = run_in(launcher, kind, str(seconds))
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


def run_in(launcher: list[str], kind: LoopKind, *args: str) -> Done:
    program = f"{kind.import_statement}\n{TIMERS}"
    code = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    return run_python("-c", code, *launcher, sys.executable, "-c", program, *args)
