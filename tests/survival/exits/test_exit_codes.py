"""How a process ends: the exit code is exact and nothing is written, whatever state the loops are in."""

import signal

import pytest

from support.loop_kinds import LoopKind

# What is left behind when the program ends.
ENDINGS = {
    "closed loop": "closed_loop",
    "open loop": "open_loop",
    "pending work": "pending_work",
    "handle and loop in a cycle": "handle_and_loop_in_a_cycle",
    "second loop": "second_loop",
}
MODULE = "survival.exits.programs.exit_codes"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("ending", ENDINGS)
def test_exit_code_is_exact_and_nothing_is_written(kind: LoopKind, ending: str) -> None:
    """A hundred runs in all; a rare crash at exit is the thing to look for."""
    ends = []
    codes = [number * 13 % 256 for number in range(20)]
    for code in codes:
        done = kind.run_module(MODULE, ENDINGS[ending], str(code))
        ends.append((done.returncode, done.stdout, done.stderr))
    assert ends == [(code, "", "") for code in codes]


# Programs of one line, which import nothing but the loop.
def test_program_that_falls_off_its_end(kind: LoopKind) -> None:
    done = kind.run_program("loop = new_event_loop(); loop.call_soon(loop.stop); loop.run_forever(); print('end')")
    assert (done.stdout, done.stderr, done.returncode) == ("end\n", "", 0)


def test_uncaught_exception_is_shown_and_the_code_is_one(kind: LoopKind) -> None:
    done = kind.run_module(MODULE, "uncaught_exception")
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
    done = kind.run_module(MODULE, "daemon_thread")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 12)


def test_loop_can_be_used_in_an_exit_handler(kind: LoopKind) -> None:
    done = kind.run_module(MODULE, "exit_handler")
    assert (done.stdout, done.stderr, done.returncode) == ("at exit\n", "", 0)


def test_kill_leaves_no_output(kind: LoopKind) -> None:
    done = kind.run_module(MODULE, "kill")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", -signal.SIGKILL)


def test_crash_ends_the_process_by_its_signal(kind: LoopKind) -> None:
    """An engine must not turn a crash of other native code into an exit of another kind."""
    done = kind.run_module(MODULE, "crash")
    assert done.stdout == ""
    assert done.returncode == -signal.SIGABRT
