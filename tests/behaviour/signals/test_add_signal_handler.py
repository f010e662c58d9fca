"""add_signal_handler, and the wakeup file descriptor that it needs."""

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.add_signal_handler"


def test_handler_runs_in_the_loop_with_its_arguments(kind: LoopKind) -> None:
    kind.expect("called 1\n", MODULE, "handler_with_arguments")


def test_handler_runs_while_the_loop_is_busy(kind: LoopKind) -> None:
    kind.expect("called\n", MODULE, "busy_loop")


def test_signal_before_the_run_is_handled_in_the_run(kind: LoopKind) -> None:
    kind.expect("not yet\ncalled\n", MODULE, "signal_before_the_run")


def test_several_signals_each_reach_their_handler(kind: LoopKind) -> None:
    kind.expect("['SIGTERM', 'SIGUSR1', 'SIGUSR2']\n", MODULE, "several_signals")


def test_handler_for_interrupts_replaces_keyboard_interrupt(kind: LoopKind) -> None:
    kind.expect("graceful\nTrue True\n", MODULE, "handler_for_interrupts")


def test_new_handler_replaces_the_old_one(kind: LoopKind) -> None:
    kind.expect("new\n", MODULE, "replaced_handler")


def test_removing_restores_the_default_action(kind: LoopKind) -> None:
    kind.expect("False\nTrue True\nFalse\n", MODULE, "removed_handler")


def test_closing_removes_handlers(kind: LoopKind) -> None:
    kind.expect("True -1\n", MODULE, "closed_loop")


def test_arguments_are_checked(kind: LoopKind) -> None:
    kind.expect(
        "TypeError sig must be an int, not 'SIGUSR1'\n"
        "ValueError invalid signal number 1000\n"
        "ValueError invalid signal number -1\n"
        "RuntimeError sig 9 cannot be caught\n"
        "RuntimeError sig 19 cannot be caught\n"
        "TypeError coroutines cannot be used with add_signal_handler()\n"
        "TypeError coroutines cannot be used with add_signal_handler()\n"
        "TypeError sig must be an int, not 'SIGUSR1'\n"
        "ValueError invalid signal number 1000\n"
        "-1\n",
        MODULE,
        "wrong_arguments",
    )


def test_exception_in_a_handler_is_reported(kind: LoopKind) -> None:
    kind.expect("ZeroDivisionError ['exception', 'handle', 'message']\n", MODULE, "exception_in_a_handler")


def test_python_handler_set_later_and_loop_handler_both_run(kind: LoopKind) -> None:
    """Servers do that: the loop hears of a signal through the wakeup file descriptor, whatever the Python handler."""
    kind.expect("['loop', 'python']\n", MODULE, "python_handler_set_later")


def test_loop_outside_the_main_thread_refuses_handlers(kind: LoopKind) -> None:
    kind.expect("True\nruns\nTrue\n", MODULE, "loop_outside_the_main_thread")


def test_wakeup_descriptor_is_untouched_without_handlers(kind: LoopKind) -> None:
    kind.expect("-1\n-1\n-1\n", MODULE, "wakeup_fd_without_handlers")


def test_wakeup_descriptor_of_the_user_is_there_after_the_run_and_in_use(kind: LoopKind) -> None:
    kind.expect("True\nTrue True\n", MODULE, "wakeup_fd_of_the_user")


def test_runner_restores_the_interrupt_handler(kind: LoopKind) -> None:
    kind.expect("False\nTrue -1\n", MODULE, "handler_of_a_runner")


def test_signal_that_came_before_is_not_the_new_handlers(kind: LoopKind) -> None:
    kind.expect("old\n", MODULE, "signal_before_the_handler")
