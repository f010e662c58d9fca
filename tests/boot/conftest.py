"""Fixtures of the boot tests."""

from processes import run, run_clean  # noqa: F401 - fixtures
