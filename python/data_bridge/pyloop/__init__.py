"""PyLoop: a drop-in asyncio event loop whose engine is written in Java, compiled to an extension module of CPython.

    import data_bridge.pyloop
    data_bridge.pyloop.install()

Importing the package does not load the engine. Creating the first loop does, or the first use of the class `PyLoop`.
"""

from __future__ import annotations

from asyncio import events

from ._running import new_event_loop, run

TYPE_CHECKING = False  # true for type checkers; importing typing takes longer than importing the package
if TYPE_CHECKING:
    from ._loop import PyLoop
    from ._policy import EventLoopPolicy, install, is_installed, uninstall
    from ._version import __version__

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

_HAS_POLICIES = hasattr(events, "_event_loop_policy")  # until Python 3.15
if not _HAS_POLICIES:
    __all__ = [name for name in __all__ if name != "EventLoopPolicy"]

_MODULES = {"PyLoop": "_loop", "__version__": "_version"}
_INSTALLER = "_policy" if _HAS_POLICIES else "_without_policies"


def __getattr__(name: str) -> object:
    """Import a public name on its first use, because not every program uses it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module("." + _MODULES.get(name, _INSTALLER), __name__)
    found: object = getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
