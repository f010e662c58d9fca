"""Makes PyLoop asyncio's event loop where the environment has PYLOOP_INSTALL=1, as soon as a process imports asyncio.

`data_bridge_pyloop.pth` imports this module at the start of such a process, and of no other; `python -m
data_bridge.pyloop` does, too. It imports nothing itself, because programs care what is imported before them: gevent has
to patch first. It is not part of the package, because importing that imports asyncio.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def _install(_asyncio: ModuleType) -> None:
    """Install PyLoop, unless it does not work here: no process may fail because of what its parent runs on."""
    from contextlib import suppress

    with suppress(Exception):  # a damaged installation may raise anything
        if _is_main_interpreter():
            from data_bridge.pyloop import install

            install()


def _is_main_interpreter() -> bool:
    """PyLoop refuses the others, whose programs use asyncio's own loop."""
    from importlib import import_module

    interpreters = import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    return bool(interpreters.get_current() == interpreters.get_main())


def _use_the_installed_loop(config: ModuleType) -> None:
    """Give uvicorn's `auto` the meaning of its `none`: the loop that asyncio makes by default.

    Since 0.36 `auto` names uvloop's class or asyncio's, and never asks asyncio.
    """
    for name in ("LOOP_FACTORIES", "LOOP_SETUPS"):  # the second until 0.35
        table = getattr(config, name, None)
        if isinstance(table, dict) and "none" in table:
            table["auto"] = table["none"]


#: What is done once a module is imported.
_pending: dict[str, Callable[[ModuleType], None]] = {"asyncio": _install, "uvicorn.config": _use_the_installed_loop}


class _AfterImport:
    """A finder that finds these modules where the others do, and acts once they are loaded."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in _pending:
            return None
        others = (finder for finder in sys.meta_path if finder is not _AfterImport)
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        loader = spec.loader if spec is not None else None
        if loader is None or isinstance(loader, type):  # classes load what is part of the interpreter
            return spec
        load = loader.exec_module

        def load_and_act(module: ModuleType) -> None:
            load(module)
            if module.__name__ == name:  # the loader of an archive loads others, too
                vars(loader).pop("exec_module", None)
                act = _pending.pop(name, None)
                if act is not None:
                    act(module)

        loader.exec_module = load_and_act  # type: ignore[method-assign]
        return spec


for _name in [name for name in _pending if name in sys.modules]:
    _pending.pop(_name)(sys.modules[_name])
sys.meta_path.insert(0, _AfterImport)
