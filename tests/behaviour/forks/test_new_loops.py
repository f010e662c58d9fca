"""Forked children of a process that has a loop: they run loops of their own."""

import sys

import pytest

from behaviour.forks.fork_programs import expect
from support.loop_kinds import LoopKind, only_pyloop


def test_child_runs_a_new_loop(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def child():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main())
print(in_child(child))
print(loop.run_until_complete(main()))
loop.close()
""",
        "7\n7\n",
    )


def test_child_forked_by_a_callback_runs_a_new_loop(kind: LoopKind) -> None:
    expect(
        kind,
        """
def child():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main())
async def parent():
    print(in_child(child))
    return await main()
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(parent()))
""",
        "7\n7\n",
    )


def test_child_sees_no_running_loop(kind: LoopKind) -> None:
    expect(
        kind,
        """
def child():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return 3
async def parent():
    return in_child(child)
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(parent()))
""",
        "3\n",
    )


def test_child_may_leave_by_any_way(kind: LoopKind) -> None:
    expect(
        kind,
        """
import signal
loop = new_event_loop()
def leave(how):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        how()
        sys.exit(4)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(leave(lambda: None))
print(leave(lambda: os._exit(5)))
print(leave(lambda: os.execvp("sh", ["sh", "-c", "exit 6"])))
print(leave(lambda: os.kill(os.getpid(), signal.SIGTERM)))
loop.close()
""",
        "4\n5\n6\n-15\n",
    )


@pytest.mark.parametrize("signum", ["SIGSEGV", "SIGFPE", "SIGBUS", "SIGILL", "SIGABRT"])
def test_child_that_crashes_ends_by_the_signal(kind: LoopKind, signum: str) -> None:
    expect(
        kind,
        f"""
import signal
loop = new_event_loop()
number = in_child(lambda: os.kill(os.getpid(), signal.{signum}))
print(signal.Signals(-number).name)
loop.close()
""",
        f"{signum}\n",
    )


def test_process_that_forks_before_its_first_loop_has_loops_on_both_sides(kind: LoopKind) -> None:
    expect(
        kind,
        """
def run():
    loop = new_event_loop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()
print([in_child(run) for _ in range(3)], run())
""",
        "[7, 7, 7] 7\n",
    )


def test_multiprocessing_by_fork_runs_loops_in_its_workers(kind: LoopKind) -> None:
    expect(
        kind,
        """
import multiprocessing
def work(number):
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(asyncio.sleep(0, number * number))
loop = new_event_loop()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(work, range(5)))
    pool.close()
    pool.join()
loop.close()
""",
        "[0, 1, 4, 9, 16]\n",
    )


@only_pyloop
@pytest.mark.parametrize("installed", ["", "pyloop.install()"], ids=["by name", "installed"])
def test_loops_of_a_child_are_pyloops(kind: LoopKind, installed: str) -> None:
    expect(
        kind,
        f"""
import data_bridge.pyloop as pyloop
{installed}
async def loop_type():
    return type(asyncio.get_running_loop()).__name__
def run():
    print((asyncio if {bool(installed)} else pyloop).run(loop_type()))
    return 0
run()
print(in_child(run))
print(in_child(lambda: in_child(run)))
""",
        "PyLoop\nPyLoop\n0\nPyLoop\n0\n",
    )


@pytest.mark.parametrize("ending", ["os._exit(3)", "sys.exit(3)", 'os.execvp("sh", ["sh", "-c", "exit 3"])'])
def test_fork_in_a_task(kind: LoopKind, ending: str) -> None:
    if ending == "sys.exit(3)" and sys.version_info >= (3, 14):
        pytest.skip("on CPython 3.14.10 the child hangs with asyncio's own loop, too")
    expect(
        kind,
        f"""
async def main():
    pid = os.fork()
    if pid == 0:
        {ending}
    await asyncio.sleep(0.01)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
loop = new_event_loop()
print(loop.run_until_complete(main()))
loop.close()
""",
        "3\n",
    )


def test_child_of_a_callback_returns_through_the_loop(kind: LoopKind) -> None:
    """After few and after many callbacks, with timers and I/O pending; the child runs what is left, and ends."""
    expect(
        kind,
        """
import socket
loop = new_event_loop()
left, right = socket.socketpair()
loop.add_reader(left, int)
loop.call_later(3600, int)
pids = []
def fork():
    pids.append(os.fork())
    loop.call_soon(loop.stop)
for count in (0, 1_000, 50_000):
    for _ in range(count):
        loop.call_soon(int)
    loop.call_soon(fork)
    loop.run_forever()
    pid = pids.pop()
    if pid == 0:
        os._exit(6)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
loop.close()
""",
        "6\n" * 3,
    )
