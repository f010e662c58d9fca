"""What a forked child does, and where it is forked, in a process with a JVM that is collecting garbage all the time.

Imported by programs in processes of their own. A child whose expectations hold ends with status 5, unless its action
says otherwise; one that hangs is ended by SIGALRM.
"""

import asyncio
import ctypes
import faulthandler
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

from garbage_storms import Storm

from data_bridge.pyloop import new_event_loop

_FINE = 5
_WRONG = 99
_LONGEST_LIFE = 60

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
    """Run asyncio on what `new_event_loop()` gives."""

    async def main() -> int:
        await asyncio.sleep(0.001)
        process = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
        await asyncio.get_running_loop().run_in_executor(None, int)
        return await process.wait()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            assert type(runner.get_loop()) is asyncio.SelectorEventLoop
            assert runner.run(main()) == 7
    assert RuntimeWarning in {warning.category for warning in caught}, caught


def inherited_loop() -> None:
    """Every use of the parent's loop is refused, and closing it is not."""
    uses: list[Callable[[], object]] = [
        lambda: loop.call_soon(int),
        lambda: loop.call_later(1, int),
        lambda: loop.call_at(1, int),
        lambda: loop.call_soon_threadsafe(int),
        lambda: loop.add_reader(0, int),
        lambda: loop.remove_reader(0),
        loop.run_forever,
        loop.create_future,
    ]
    for number, use in enumerate(uses):
        try:
            use()
        except RuntimeError as error:
            text = str(error)
        else:
            text = "not refused"
        assert "before os.fork()" in text, (number, text)
    assert not loop.is_running()
    loop.close()
    assert loop.is_closed()


def frees_objects() -> None:
    """Drop what the parent has made, which Java has filled."""
    global loop
    objects.clear()
    del loop
    gc.collect()


def crashes() -> None:
    """Read from address 0."""
    ctypes.string_at(0)


def executes() -> None:
    """Become another program, which has a PyLoop of its own."""
    code = "import asyncio, sys; from data_bridge.pyloop import run; sys.exit(run(asyncio.sleep(0.001, 6)))"
    os.environ.pop("PYLOOP_JVM_OPTIONS", None)  # no storm there
    os.execv(sys.executable, [sys.executable, "-c", code])


def exits() -> None:
    """Leave through everything that was on the stack at the fork, and the interpreter's finalisation."""
    sys.exit(3)


def in_child(action: Callable[[], None]) -> int:
    """Fork, let the child do that, and return its status."""
    with warnings.catch_warnings():
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
    statuses: list[int] = []

    def tick() -> None:
        loop.call_later(0.0001, tick) if not statuses else loop.stop()

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
    if not faulthandler.is_enabled():
        sys.exit("a crash would go unseen")
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
