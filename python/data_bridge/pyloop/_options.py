"""What the environment says about new loops."""

from __future__ import annotations

import os

_DEFAULT_POLL_BOUND = 50e-6
_FORK_MODES = ("stock", "strict")


def default_poll_bound() -> float:
    """Return the default of `PyLoop(poll_bound=...)` in seconds.

    Raises ValueError if `PYLOOP_POLL_BOUND` is set and is not a number.
    """
    text = os.environ.get("PYLOOP_POLL_BOUND")
    if text is None:
        return _DEFAULT_POLL_BOUND
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"PYLOOP_POLL_BOUND must be a number of seconds from 0 to 1, not {text!r}") from None


def refuses_loops_after_fork() -> bool:
    """Tell whether a forked child that cannot have a PyLoop gets an error, and not asyncio's own loop.

    Raises ValueError if `PYLOOP_FORK` is set and is neither "stock", the default, nor "strict".
    """
    mode = os.environ.get("PYLOOP_FORK") or _FORK_MODES[0]
    if mode not in _FORK_MODES:
        raise ValueError(f"PYLOOP_FORK must be 'stock' or 'strict', not {mode!r}")
    return mode == "strict"
