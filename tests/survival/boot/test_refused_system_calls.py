"""System calls that a kernel does not have, or that a sandbox or an older container runtime refuses.

The loop has another way for each, and says nothing.
"""

import errno
import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

# By their numbers on x86-64.
CALLS = {
    "epoll_pwait2": (441,),
    "membarrier": (324,),
    "statx": (332,),
    "getrandom": (318,),
    "pidfd_open": (434,),
    # Without rseq and clone3, which the C library itself insists on where they are refused with EPERM.
    "most that are newer than Linux 4.5": (324, 332, *(number for number in range(424, 462) if number != 435)),
}
#: ENOSYS: the kernel has no such call. EPERM: a filter that does not know the call has refused it.
ERRORS = {"ENOSYS": errno.ENOSYS, "EPERM": errno.EPERM}

USE = """
import asyncio, socket, threading, time
async def main():
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
"""
PROGRAM = """
from support import refused_calls
{before}
refused_calls.refuse({calls}, {error})
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    runner.run(main())
print("works")
"""
UNAVAILABLE = 77


@pytest.fixture(scope="module", autouse=True)
def _filters_are_allowed() -> None:
    """Skip where this system lets no process refuse its own system calls."""
    import multiprocessing

    from support import refused_calls

    process = multiprocessing.get_context("spawn").Process(target=refused_calls.refuse, args=((441,), errno.EPERM))
    process.start()
    process.join()
    if process.exitcode:
        pytest.skip("seccomp filters, which make system calls fail here, are refused by this system")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("calls", CALLS)
def test_refused_from_the_start(run: Run, kind: LoopKind, calls: str, error: str) -> None:
    check(run, kind, calls, error, before="")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("calls", ["epoll_pwait2", "membarrier"])
def test_refused_after_a_loop_has_run(run: Run, kind: LoopKind, calls: str, error: str) -> None:
    """As by a program that locks itself into a sandbox once it has started."""
    before = "with asyncio.Runner(loop_factory=new_event_loop) as runner:\n    runner.run(main())"
    check(run, kind, calls, error, before)


def check(run: Run, kind: LoopKind, calls: str, error: str, before: str) -> None:
    program = PROGRAM.format(before=before, calls=CALLS[calls], error=ERRORS[error])
    result = run(f"{kind.import_statement}\n{USE}{program}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "works\n", ""), result
