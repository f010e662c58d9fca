"""What the environment says about new loops."""

from __future__ import annotations

import os

_DEFAULT_POLL_BOUND = 50e-6


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
