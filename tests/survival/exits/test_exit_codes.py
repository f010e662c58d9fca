"""How a process ends: the exit code is exact and nothing is written, whatever state the loops are in."""

import signal

import pytest

from support.loop_kinds import LoopKind

# What is left behind when the program ends.
ENDINGS = {
    "closed loop": "loop.close()",
    "open loop": "",
    "pending work": "loop.call_soon(int); handle = loop.call_later(3600, int)",
    "handle and loop in a cycle": "cycle = [loop, loop.call_later(3600, int)]; cycle.append(cycle); del cycle, loop",
    "second loop": "other = new_event_loop(); other.call_soon(int); loop.close()",
}

PROGRAM = """
import asyncio, sys

async def main():
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(10)))
    await loop.run_in_executor(None, int)
    return int(sys.argv[1])

loop = new_event_loop()
code = loop.run_until_complete(main())
{ending}
sys.exit(code)
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("ending", ENDINGS)
def test_exit_code_is_exact_and_nothing_is_written(kind: LoopKind, ending: str) -> None:
    """A hundred runs in all; a rare crash at exit is the thing to look for."""
    program = PROGRAM.format(ending=ENDINGS[ending])
    ends = []
    codes = [number * 13 % 256 for number in range(20)]
    for code in codes:
        done = kind.run_program(program, str(code))
        ends.append((done.returncode, done.stdout, done.stderr))
    assert ends == [(code, "", "") for code in codes]


def test_program_that_falls_off_its_end(kind: LoopKind) -> None:
    done = kind.run_program("loop = new_event_loop(); loop.call_soon(loop.stop); loop.run_forever(); print('end')")
    assert (done.stdout, done.stderr, done.returncode) == ("end\n", "", 0)


def test_uncaught_exception_is_shown_and_the_code_is_one(kind: LoopKind) -> None:
    done = kind.run_program(
        """
        async def main():
            raise LookupError("uncaught")
        new_event_loop().run_until_complete(main())
        """
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("\nLookupError: uncaught\n")


def test_exit_out_of_a_callback(kind: LoopKind) -> None:
    done = kind.run_program("import sys; loop = new_event_loop(); loop.call_soon(sys.exit, 9); loop.run_forever()")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 9)


def test_immediate_exit_out_of_a_callback(kind: LoopKind) -> None:
    done = kind.run_program("import os; loop = new_event_loop(); loop.call_soon(os._exit, 11); loop.run_forever()")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 11)


def test_daemon_thread_that_runs_a_loop_does_not_hold_the_exit(kind: LoopKind) -> None:
    done = kind.run_program(
        """
        import sys, threading
        loop = new_event_loop()
        started = threading.Event()
        loop.call_soon(started.set)
        threading.Thread(target=loop.run_forever, daemon=True).start()
        started.wait()
        sys.exit(12)
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 12)


def test_loop_can_be_used_in_an_exit_handler(kind: LoopKind) -> None:
    done = kind.run_program(
        """
        import atexit
        loop = new_event_loop()
        @atexit.register
        def finish():
            loop.call_soon(print, "at exit")
            loop.call_soon(loop.stop)
            loop.run_forever()
            loop.close()
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("at exit\n", "", 0)


def test_kill_leaves_no_output(kind: LoopKind) -> None:
    done = kind.run_program(
        """
        import os, signal
        loop = new_event_loop()
        loop.call_soon(os.kill, os.getpid(), signal.SIGKILL)
        loop.run_forever()
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", -signal.SIGKILL)


def test_crash_ends_the_process_by_its_signal(kind: LoopKind) -> None:
    """An engine must not turn a crash of other native code into an exit of another kind."""
    done = kind.run_program(
        """
        import os, signal
        loop = new_event_loop()
        loop.call_soon(os.abort)
        loop.run_forever()
        """
    )
    assert done.stdout == ""
    assert done.returncode == -signal.SIGABRT
