"""PyLoop: a drop-in asyncio event loop whose engine is written in Java and runs inside the Python process.

    import data_bridge.pyloop
    data_bridge.pyloop.install()

Importing this module starts nothing. The engine starts at the first loop, or when `PyLoop`, the class, is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._policy import EventLoopPolicy, install, is_installed, uninstall
from ._running import new_event_loop, run
from ._version import __version__

if TYPE_CHECKING:
    from ._loop import PyLoop

__all__ = [
    "EventLoopPolicy",
    "PyLoop",
    "__version__",
    "install",
    "is_installed",
    "new_event_loop",
    "run",
    "uninstall",
]


def __getattr__(name: str) -> object:
    """Make `PyLoop` when it is first asked for: its base class exists only once the engine runs."""
    if name == "PyLoop":
        from ._loop import PyLoop

        globals()["PyLoop"] = PyLoop
        return PyLoop
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
