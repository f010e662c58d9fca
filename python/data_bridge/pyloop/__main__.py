"""`python -m data_bridge.pyloop`: runs a program with PyLoop as asyncio's event loop."""

from __future__ import annotations

import contextlib
import importlib
import os
import runpy
import sys

from . import install

_USAGE = """\
usage: python -m data_bridge.pyloop [--only-this-process] SCRIPT [ARGUMENT ...]
       python -m data_bridge.pyloop [--only-this-process] -m MODULE [ARGUMENT ...]
       python -m data_bridge.pyloop --info

Runs a program as `python SCRIPT` or `python -m MODULE` would, with PyLoop as asyncio's event loop. So do the
Python processes that the program starts: PYLOOP_INSTALL=1 in their environment says it to them, unless
--only-this-process is given or the variable has a value already. --info prints what PyLoop runs on.
"""
_ONLY_THIS = "--only-this-process"
# `_data_bridge_pyloop_startup` acts on it.
_VARIABLE = "PYLOOP_INSTALL"


def main() -> None:
    """Run what the command line asks for. Exit with status 2 if the command line is invalid."""
    arguments = sys.argv[1:]
    if arguments in (["-h"], ["--help"]):
        print(_USAGE, end="")
    elif arguments == ["--info"]:
        from ._info import print_info

        print_info()
    else:
        if only_this := arguments[:1] == [_ONLY_THIS]:
            del arguments[0]
        if len(arguments) > 1 and arguments[0] == "-m":
            _prepare(only_this)
            _run_module(arguments[1], arguments[1:])
        elif arguments and not arguments[0].startswith("-"):
            _prepare(only_this)
            _run_script(arguments)
        else:
            sys.stderr.write(_USAGE)
            raise SystemExit(2)


def _prepare(only_this: bool) -> None:
    """Make PyLoop the loop of this process, and, unless told not to, of those that it starts."""
    install()
    if only_this:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ.setdefault(_VARIABLE, "1")
    # What it does in a child, it does here: a package that is merely on sys.path may lack it.
    with contextlib.suppress(ImportError):
        importlib.import_module("_data_bridge_pyloop_startup")


def _run_module(name: str, arguments: list[str]) -> None:
    sys.argv[:] = arguments
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _run_script(arguments: list[str]) -> None:
    script = arguments[0]
    sys.argv[:] = arguments
    if os.path.isfile(script):
        # `-m` puts the current directory there; Python puts the script's own directory there.
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
