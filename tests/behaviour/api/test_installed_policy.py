"""The policy that `install()` sets answers as asyncio's own does."""

import sys

from support.loop_kinds import ASYNCIO, PYLOOP

PROGRAM = "behaviour.api.programs.policy_answers"


def test_installed_policy_answers_as_asyncios() -> None:
    """get_event_loop() makes a loop in the main thread wherever asyncio's default policy does; not elsewhere."""
    options = ("-W", "ignore::DeprecationWarning")
    stock, ours = (kind.run_module(PROGRAM, options=options) for kind in (ASYNCIO, PYLOOP))
    assert (ours.stdout, ours.stderr, ours.returncode) == (stock.stdout, "", 0)
    if sys.version_info < (3, 14):
        assert "main thread True True\n" in ours.stdout
    assert ours.stdout.endswith("True\n")
