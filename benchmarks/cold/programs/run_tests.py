"""Runs async_tests.py with pytest and one plugin for asynchronous tests, on loops of the factory.

    python run_tests.py MODULE FACTORY PLUGIN

PLUGIN is `pytest_asyncio.plugin` or `anyio.pytest_plugin`. No other plugin is loaded, and no configuration file read.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    Factory = Callable[[], asyncio.AbstractEventLoop]


class Loops:
    """Tells both plugins how loops are made, and counts them."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory
        self.made = 0

    def make(self) -> asyncio.AbstractEventLoop:
        """A new loop."""
        self.made += 1
        return self._factory()

    @pytest.hookimpl(optionalhook=True)
    def pytest_asyncio_loop_factories(self) -> dict[str, Factory]:
        """See pytest-asyncio."""
        return {"chosen": self.make}

    @pytest.fixture
    def loop_factory(self) -> Factory:
        """For the backend of anyio."""
        return self.make


def main(module: str, factory: str, plugin: str) -> int:
    """Run the tests; the status is pytest's, or 1 if they ran on other loops."""
    loops = Loops(getattr(importlib.import_module(module), factory))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    here = Path(__file__).parent
    settings = ["-o", "anyio_mode=auto"]
    if plugin.startswith("pytest_asyncio"):
        settings = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"]
    options = ["-q", "-c", os.devnull, "--rootdir", str(here), "-p", "no:cacheprovider", "-p", plugin, *settings]
    status = pytest.main([*options, str(here / "async_tests.py")], plugins=[loops])
    if loops.made < 500:
        print(f"the tests ran on {loops.made} loops of the factory", file=sys.stderr)
        return 1
    return int(status)


sys.exit(main(*sys.argv[1:]))
