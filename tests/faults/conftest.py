"""Fixtures of the fault tests."""

from program_runs import run, run_clean  # noqa: F401 - fixtures
