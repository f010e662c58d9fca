"""The process ends with TLS connections open: exact exit code, nothing on standard error."""

import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

Run = Callable[..., subprocess.CompletedProcess[str]]

MODULE = "survival.exits.programs.exits_with_tls"

# How a program ends, with which code, and what it prints before.
EXITS = {
    "left_open": (0, "hello\n"),
    "loop_closed": (0, "hello\n"),
    "with_unsent_data": (0, "hello\n"),
    "while_closing": (0, "hello\n"),
    "in_the_handshake": (0, ""),
    "exit_in_a_callback": (3, "hello\nexit\n"),
    "immediate_exit_in_a_callback": (3, "hello\n_exit\n"),
    "in_a_daemon_thread": (0, ""),
}


@pytest.mark.parametrize("scenario", EXITS)
def test_exit(run_module: Run, kind: LoopKind, scenario: str) -> None:
    status, printed = EXITS[scenario]
    result = run_module(MODULE, kind.name, scenario)
    assert (result.returncode, result.stdout, result.stderr) == (status, printed, ""), result
