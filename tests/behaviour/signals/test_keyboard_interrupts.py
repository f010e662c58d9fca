"""KeyboardInterrupt while a loop is blocked, busy, or runs in another thread."""

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.keyboard_interrupts"


def test_interrupt_of_a_blocked_run(kind: LoopKind) -> None:
    kind.expect("interrupted True False\nusable\n", MODULE, "blocked_run")


def test_interrupt_of_a_run_that_waits_for_a_timer(kind: LoopKind) -> None:
    kind.expect("interrupted True\n", MODULE, "wait_for_a_timer")


def test_interrupt_under_a_runner_cancels_the_main_task(kind: LoopKind) -> None:
    kind.expect("cancelled True\ninterrupted True\n", MODULE, "main_task_of_a_runner")


def test_interrupt_under_a_runner_while_another_thread_is_waited_for(kind: LoopKind) -> None:
    kind.expect("interrupted True\n", MODULE, "wait_for_a_thread")


def test_interrupt_of_a_loop_busy_with_python_callbacks(kind: LoopKind) -> None:
    kind.expect("interrupted True\n", MODULE, "busy_with_python")


def test_interrupt_of_a_loop_busy_with_callbacks_written_in_c(kind: LoopKind) -> None:
    """No Python code runs that would notice the signal; the loop has to look for it."""
    kind.expect("interrupted True\n", MODULE, "busy_with_c")


def test_interrupt_from_the_terminal_ends_the_program_by_the_signal(kind: LoopKind) -> None:
    done = kind.run_module(MODULE, "nobody_catches_it")
    # What Python itself does with a KeyboardInterrupt that nobody catches.
    assert done.returncode == -2
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


def test_loop_in_another_thread_leaves_interrupts_to_the_main_thread(kind: LoopKind) -> None:
    kind.expect("interrupted True True\n", MODULE, "loop_in_another_thread")
