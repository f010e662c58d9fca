"""`python -m data_bridge.pyloop`: runs a program with PyLoop as asyncio's event loop."""

from __future__ import annotations

import os
import runpy
import sys

from . import install

_USAGE = """\
usage: python -m data_bridge.pyloop SCRIPT [ARGUMENT ...]
       python -m data_bridge.pyloop -m MODULE [ARGUMENT ...]
       python -m data_bridge.pyloop --info

Runs a program as `python SCRIPT` or `python -m MODULE` would, with PyLoop as asyncio's event loop;
--info prints what PyLoop runs on.
"""


def main() -> None:
    """Run what the command line asks for. Exit with status 2 if the command line is invalid."""
    arguments = sys.argv[1:]
    if arguments in (["-h"], ["--help"]):
        print(_USAGE, end="")
    elif arguments == ["--info"]:
        from ._info import print_info

        print_info()
    elif len(arguments) > 1 and arguments[0] == "-m":
        _run_module(arguments[1], arguments[1:])
    elif arguments and not arguments[0].startswith("-"):
        _run_script(arguments)
    else:
        sys.stderr.write(_USAGE)
        raise SystemExit(2)


def _run_module(name: str, arguments: list[str]) -> None:
    install()
    sys.argv[:] = arguments
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _run_script(arguments: list[str]) -> None:
    script = arguments[0]
    install()
    sys.argv[:] = arguments
    if os.path.isfile(script):
        # `-m` puts the current directory there; Python puts the script's own directory there.
        sys.path[0] = os.path.dirname(os.path.realpath(script))
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
