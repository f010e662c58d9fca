"""Forked children of a process that has a loop."""

import pytest
from loop_kinds import LoopKind, only_pyloop

# From Python 3.12 on, a fork in a process with several threads warns; that is about the parent.
HELPERS = """
import asyncio, os, sys, traceback, warnings
warnings.filterwarnings("ignore", "This process", DeprecationWarning)

def in_child(function):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

async def main():
    await asyncio.sleep(0.001)
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
    return await child.wait()
"""

USE_PYLOOP = "import data_bridge.pyloop as pyloop\n"


def expect(kind: LoopKind, source: str, stdout: str) -> None:
    done = kind.run_program(HELPERS + source)
    assert (done.stdout, done.stderr, done.returncode) == (stdout, "", 0)


def test_child_runs_a_new_loop(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def child():
    warnings.simplefilter("ignore")
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
    warnings.simplefilter("ignore")
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
    done = kind.run_program(
        HELPERS
        + f"""
import signal
loop = new_event_loop()
number = in_child(lambda: os.kill(os.getpid(), signal.{signum}))
print(signal.Signals(-number).name)
loop.close()
"""
    )
    assert (done.stdout, done.returncode) == (f"{signum}\n", 0)
    # A traceback may be there, by way of faulthandler, but no report of an engine that the child does not have.
    assert "hs_err" not in done.stderr


def test_process_that_forks_before_its_first_loop_has_loops_on_both_sides(kind: LoopKind) -> None:
    expect(
        kind,
        """
warnings.simplefilter("error", RuntimeWarning)
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
    warnings.simplefilter("ignore")
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
def test_child_is_told_that_it_gets_the_stock_loop(kind: LoopKind) -> None:
    expect(
        kind,
        USE_PYLOOP
        + """
loop = new_event_loop()
def child():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        new = pyloop.new_event_loop()
    print(type(new) is asyncio.SelectorEventLoop)
    (warning,) = caught
    print(warning.category.__name__, "fork" in str(warning.message))
    code = new.run_until_complete(main())
    new.close()
    return code
print(in_child(child))
loop.close()
""",
        "True\nRuntimeWarning True\n7\n",
    )


@only_pyloop
def test_child_gets_the_stock_loop_from_an_installed_policy(kind: LoopKind) -> None:
    expect(
        kind,
        USE_PYLOOP
        + """
pyloop.install()
async def loop_type():
    return type(asyncio.get_running_loop()).__name__
def child():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)
        print(asyncio.run(loop_type()))
    print([warning.category.__name__ for warning in caught])
    return 0
print(asyncio.run(loop_type()))
print(in_child(child))
""",
        "PyLoop\n_UnixSelectorEventLoop\n['RuntimeWarning']\n0\n",
    )


@only_pyloop
def test_inherited_loop_refuses_work_in_the_child(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
kept = loop.call_later(3600, int)
def child():
    for use in (lambda: loop.call_soon(int), lambda: loop.call_later(1, int), lambda: loop.call_at(1, int),
                lambda: loop.call_soon_threadsafe(int), lambda: loop.call_soon_batch([int]), loop.run_forever):
        try:
            use()
        except RuntimeError as error:
            print("fork" in str(error))
    repr(loop), repr(kept)
    return 0
print(in_child(child))
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
""",
        "True\n" * 6 + "0\n",
    )


@only_pyloop
def test_child_can_drop_inherited_objects(kind: LoopKind) -> None:
    expect(
        kind,
        """
import gc
loop = new_event_loop()
objects = [loop.call_soon(int) for _ in range(10_000)] + [loop.call_later(3600, int) for _ in range(10_000)]
def child():
    global loop
    warnings.simplefilter("ignore")
    objects.clear()
    loop = None
    gc.collect()
    return 0
print([in_child(child) for _ in range(5)])
loop.close()
""",
        "[0, 0, 0, 0, 0]\n",
    )
