"""Runs a program of the overload tests in a child process, whose limits it may change, and says how big a test is."""

import os

from support.loop_kinds import Done, LoopKind
from support.project import TESTS

HELPERS = "\n".join(
    (TESTS / file).read_text() for file in ("support/refused_calls.py", "survival/overload/program_helpers.py")
)

# With this variable set, the tests have the sizes that docs/reliability.md states; without it, what fits a short run.
FULL = bool(os.environ.get("PYLOOP_OVERLOAD_FULL"))


def run(
    kind: LoopKind, source: str, *args: object, environment: dict[str, str] | None = None, timeout: float = 150
) -> Done:
    """Run the program with the helpers in front of it; a limit on its time ends a hang."""
    return kind.run_program(
        f"{HELPERS}\n{source}", *(str(arg) for arg in args), environment=environment, timeout=timeout
    )


def expect(kind: LoopKind, source: str, stdout: str, *args: object) -> None:
    """Run a program that must print this, write no errors and end well."""
    done = run(kind, source, *args)
    assert (done.stdout, done.stderr, done.returncode) == (stdout, "", 0), f"{done.stdout}\n{done.stderr}"
