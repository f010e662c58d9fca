"""Fixtures of the fault tests."""

from processes import run, run_clean  # noqa: F401 - fixtures
