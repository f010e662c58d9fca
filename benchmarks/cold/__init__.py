"""What is measured in processes that have just started, in the order in which it runs and is reported."""

from __future__ import annotations

from .base import ColdMeasurement, WholeProcess

__all__ = ["COLD", "ColdMeasurement"]

COLD: dict[str, ColdMeasurement] = {
    measurement.name: measurement
    for measurement in (
        ColdMeasurement("import_first_loop", "import + first loop", "first_loop.py", "asyncio"),
        ColdMeasurement("nothing_first_loop", "import asyncio, import + first loop", "first_loop.py"),
        ColdMeasurement("first_100", "first 100 callbacks", "first_callbacks.py", "100"),
        ColdMeasurement("first_1k", "first 1k callbacks", "first_callbacks.py", "1000"),
        ColdMeasurement("first_10k", "first 10k callbacks", "first_callbacks.py", "10000"),
        ColdMeasurement("first_100k", "first 100k callbacks", "first_callbacks.py", "100000"),
        ColdMeasurement("first_100_requests", "first 100 requests", "first_requests.py", "100", "1"),
        ColdMeasurement("first_1k_requests", "first 1k requests", "first_requests.py", "1000", "1"),
        ColdMeasurement("first_500_connections", "first 500 connections", "first_requests.py", "500", "500"),
        WholeProcess("script", "a script of 0.3 s", "script.py", expected="20 answers"),
        *(
            WholeProcess(
                f"pytest_{name}",
                f"500 tests, {title}",
                "run_tests.py",
                plugin,
                expected="500 passed",
                packages=("pytest", plugin.partition(".")[0]),
            )
            for name, title, plugin in (
                ("asyncio", "pytest-asyncio", "pytest_asyncio.plugin"),
                ("anyio", "anyio's plugin", "anyio.pytest_plugin"),
            )
        ),
    )
}
