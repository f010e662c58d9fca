"""Signals where more than one thread could take them: loops outside the main thread, sigwait, masks, SIGPIPE."""

import signal
import subprocess
from collections.abc import Callable

from support.loop_kinds import LoopKind

MODULE = "behaviour.signals.programs.other_threads"

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_signals_sent_to_the_thread_of_a_loop_run_their_handlers_in_the_main_thread(kind: LoopKind) -> None:
    """The wait of that loop is interrupted again and again, and must go on without ending or waking early."""
    kind.expect("early [0] handlers True foreign 0\n", MODULE, "sent_to_the_thread_of_a_loop")


def test_main_thread_in_sigwait_while_a_loop_runs_in_another(kind: LoopKind) -> None:
    kind.expect("True\n" * 4, MODULE, "main_thread_in_sigwait")


def test_sigwait_in_an_executor_while_the_loop_runs(kind: LoopKind) -> None:
    kind.expect("True\n" * 4, MODULE, "sigwait_in_an_executor")


def test_calling_a_loop_from_a_thread_leaves_that_threads_mask_alone(kind: LoopKind) -> None:
    kind.expect("True True\n", MODULE, "mask_of_a_calling_thread")


def test_programs_inherit_the_same_ignored_and_blocked_signals_from_a_loop(kind: LoopKind) -> None:
    kind.expect("True True True\nTrue\n", MODULE, "inherited_masks")


def test_default_action_of_sigpipe_chosen_by_the_user_stays(run_module: Run) -> None:
    """Like a filter in a shell, which ends quietly when nobody reads any more."""
    result = run_module(MODULE, "pyloop", "default_action_of_sigpipe")
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGPIPE, "True\n", ""), result


def test_stream_whose_peer_is_gone_gets_an_exception_not_a_signal(kind: LoopKind) -> None:
    kind.expect("ConnectionError\n", MODULE, "stream_whose_peer_is_gone")
