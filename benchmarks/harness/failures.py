"""What goes wrong with a measured program."""

from __future__ import annotations

import os

DEBUG_SWITCHES = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE")


class FailedError(Exception):
    """A measured program refused, raised, died, hung, or did not do its work: a result, not the end of the run."""


def clean_environment() -> dict[str, str]:
    """The environment of this process, without what turns on debug mode."""
    return {name: value for name, value in os.environ.items() if name not in DEBUG_SWITCHES}
