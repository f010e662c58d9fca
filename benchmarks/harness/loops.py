"""The loops that are compared, and how each is made."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

BASE = "asyncio"
SUBJECT = "pyloop"
RIVALS = ("uvloop", "rloop", "rsloop", "zuvloop")
"""The loops of which the best one that is installed is compared with PyLoop in every line of the table."""


@dataclass(frozen=True)
class LoopSpec:
    """Where a loop comes from: a module and the factory in it."""

    name: str
    module: str
    factory: str
    required: bool = False

    def create(self) -> asyncio.AbstractEventLoop:
        """Make a new loop; raises ImportError if it is not installed."""
        factory: Callable[[], asyncio.AbstractEventLoop] = getattr(importlib.import_module(self.module), self.factory)
        return factory()

    def version(self) -> str:
        """The version of the loop's package, or of Python for its own loop."""
        # Not at the top: that takes a third of the start of a process, and in short runs each sample has one.
        import importlib.metadata
        import platform

        if self.module == "asyncio":
            return platform.python_version()
        version = getattr(importlib.import_module(self.module), "__version__", None)
        return str(version) if version else importlib.metadata.version(self.module)


LOOPS: dict[str, LoopSpec] = {
    spec.name: spec
    for spec in (
        LoopSpec(BASE, "asyncio", "SelectorEventLoop", required=True),
        LoopSpec("uvloop", "uvloop", "new_event_loop"),
        LoopSpec("rloop", "rloop", "new_event_loop"),
        LoopSpec("rsloop", "rsloop", "new_event_loop"),
        LoopSpec("zuvloop", "zuvloop", "new_event_loop"),
        LoopSpec(SUBJECT, "data_bridge.pyloop", "new_event_loop", required=True),
    )
}
