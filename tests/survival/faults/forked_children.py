"""What a forked child does, and where it is forked, in a process whose garbage is being collected all the time.

Imported by programs in processes of their own. A child whose expectations hold ends with status 5, unless its action
says otherwise; one that hangs is ended by SIGALRM.
"""

import asyncio
import ctypes
import gc
import json
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable

from data_bridge.pyloop import PyLoop, new_event_loop
from support.garbage_storms import Storm, collect_java_garbage

_FINE = 5
_WRONG = 99
_LONGEST_LIFE = 30

loop = new_event_loop()
objects: list[object] = []


def pure_python() -> None:
    """Compute, collect garbage and use threads."""
    total: list[int] = []
    thread = threading.Thread(target=lambda: total.append(sum(range(100_000))))
    thread.start()
    thread.join()
    assert json.loads(json.dumps(total)) == [4_999_950_000]
    gc.collect()


def new_loop() -> None:
    """Use every kind of wakeup on a new loop, which is a PyLoop, without a warning."""

    async def main() -> int:
        await asyncio.sleep(0.001)
        process = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
        await asyncio.get_running_loop().run_in_executor(None, int)
        return await process.wait()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # What the child has before its first fork is one thread; the executor of the loop below is another.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            assert type(runner.get_loop()) is PyLoop
            assert runner.run(main()) == 7


def loops_in_threads() -> None:
    """Run new loops in several threads at once."""
    results: list[int] = []

    def run_loop(number: int) -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            results.append(runner.run(asyncio.sleep(0.001, number)))

    threads = [threading.Thread(target=run_loop, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]


def collects() -> None:
    """Fill a part of the Java heap many times over, with collections between iterations."""
    new = new_event_loop()
    for _ in range(20):
        for _ in range(10_000):
            new.call_later(3600, int).cancel()
        new.call_soon(new.stop)
        new.run_forever()
        collect_java_garbage()
    new.close()


def collects_at_once() -> None:
    """Where no callback of the parent is on the stack, a collection is not refused."""
    assert collect_java_garbage()


def inherited_loop() -> None:
    """Schedule on the parent's loop, and run it; if the parent runs it, get asyncio's error."""
    seen: list[int] = []
    loop.call_soon(seen.append, 1)
    refusal, sleeping = "", asyncio.sleep(0.001)
    try:
        loop.run_until_complete(sleeping)
    except RuntimeError as error:
        refusal = str(error)
        sleeping.close()
    assert (refusal, seen) == (("This event loop is already running", []) if loop.is_running() else ("", [1]))


def frees_objects() -> None:
    """Drop what the parent has made, which Java has filled."""
    global loop
    objects.clear()
    del loop
    gc.collect()


def grandchild() -> None:
    """Fork again, on a new loop."""

    async def main() -> int:
        return in_child(new_loop)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        assert runner.run(main()) == _FINE


def crashes() -> None:
    """Read from address 0."""
    ctypes.string_at(0)


def executes() -> None:
    """Become another program, which has a PyLoop of its own."""
    code = "import asyncio, sys; from data_bridge.pyloop import run; sys.exit(run(asyncio.sleep(0.001, 6)))"
    os.execv(sys.executable, [sys.executable, "-c", code])


def spawns() -> None:
    """Start a program by `posix_spawn`."""
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 8"], os.environ)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 8


def exits() -> None:
    """Leave through everything that was on the stack at the fork, and the interpreter's finalisation."""
    sys.exit(3)


def in_child(action: Callable[[], None]) -> int:
    """Fork, let the child do that, and return its status."""
    with warnings.catch_warnings():
        # The storm's threads are Python's own.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        signal.alarm(_LONGEST_LIFE)
        code = _WRONG
        try:
            action()
            code = _FINE
        except SystemExit:
            code = -1
            raise
        except BaseException:
            traceback.print_exc()
        finally:
            if code >= 0:
                sys.stderr.flush()
                os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def directly(action: Callable[[], None]) -> int:
    """Fork where no loop runs."""
    return in_child(action)


def in_callback(action: Callable[[], None]) -> int:
    """Fork in a callback."""
    statuses: list[int] = []

    def fork() -> None:
        statuses.append(in_child(action))
        loop.stop()

    loop.call_soon(fork)
    loop.run_forever()
    return statuses[0]


def in_thread(action: Callable[[], None]) -> int:
    """Fork in another thread, while this one runs the loop with timers that are due all the time."""
    return _in_thread_beside(action, 0.0001)


def beside_a_wait(action: Callable[[], None]) -> int:
    """Fork in another thread, while this one waits in the kernel."""
    return _in_thread_beside(action, 0.05)


def beside_a_callback(action: Callable[[], None]) -> int:
    """Fork while another thread is inside a callback of a loop: a thread that the child does not have."""
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        inside.set()
        leave.wait()

    def run_loop() -> None:
        other = new_event_loop()
        other.call_soon(stay)
        other.call_soon(other.stop)
        other.run_forever()
        other.close()

    thread = threading.Thread(target=run_loop)
    thread.start()
    inside.wait()
    # That callback's Java frames are in the way here, which the child must not think of its own.
    assert not collect_java_garbage()
    status = in_child(action)
    leave.set()
    thread.join()
    return status


def _in_thread_beside(action: Callable[[], None], interval: float) -> int:
    statuses: list[int] = []

    def tick() -> None:
        loop.call_later(interval, tick) if not statuses else loop.stop()

    def fork() -> None:
        time.sleep(0.005)
        statuses.append(in_child(action))

    thread = threading.Thread(target=fork)
    thread.start()
    tick()
    loop.run_forever()
    thread.join()
    return statuses[0]


def main(place: str, actions: list[str], times: int) -> None:
    """Print how the children ended, by action, and go on using the loop."""
    objects.extend(loop.call_later(3600, int) for _ in range(20_000))
    fork_and_wait: Callable[[Callable[[], None]], int] = globals()[place]
    with Storm() as storm:
        ends = {action: [fork_and_wait(globals()[action]) for _ in range(times)] for action in actions}
        before = storm.java_collections, storm.python_collections
        loop.run_until_complete(asyncio.sleep(0.1))
        # The storm has survived the forks, and so it was one during them.
        assert storm.java_collections > before[0]
        assert storm.python_collections > before[1]
    objects.clear()
    loop.close()
    print(json.dumps(ends))
