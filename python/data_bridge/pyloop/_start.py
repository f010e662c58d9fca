"""Loads the engine, which is the extension module `_engine`, or raises ImportError with cause and remedy.

`_loop` imports this module before any other that uses the engine.
"""

from __future__ import annotations

import _thread
import errno
import os
import sys

NEWEST_KNOWN_PYTHON = (3, 15)
_STOCK = "use asyncio's own event loop here"
_REINSTALL = (
    "reinstall the wheel (pip install --force-reinstall data-bridge-pyloop) or, in a checkout of the source, run"
    " `make build`"
)


def _refuse_unsupported_host() -> None:
    """Raise ImportError unless the engine can run in this interpreter and on this machine."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an installer may have been told to ignore the requirement
        raise ImportError(f"PyLoop needs Python 3.11 or newer, this is {sys.version.split()[0]}; use a newer Python")
    if sys.implementation.name != "cpython":
        raise ImportError(f"PyLoop binds CPython's C API, this is {sys.implementation.name}; use CPython")
    if sys.platform != "linux":
        raise ImportError(f"PyLoop supports Linux only, this is {sys.platform}; {_STOCK}")
    machine, bits = os.uname().machine, sys.maxsize.bit_length() + 1
    if machine != "x86_64" or bits != 64:
        raise ImportError(f"PyLoop supports 64-bit x86-64 only, this is a {bits}-bit Python on {machine}; {_STOCK}")
    if "t" in sys.abiflags:
        raise ImportError("PyLoop does not support free-threaded builds of Python; use a build with the GIL")
    if hasattr(sys, "getobjects"):
        raise ImportError("PyLoop does not support builds with Py_TRACE_REFS; use an ordinary build of Python")
    if hasattr(_thread, "_is_main_interpreter") and not _thread._is_main_interpreter():  # on 3.11 the engine checks it
        raise ImportError(
            "PyLoop works in the main interpreter only, this is a subinterpreter; create the loop in the main one"
        )


def _refuse_without_descriptors(file: str) -> None:
    """Raise OSError, as asyncio does, if no descriptor is left to open the file."""
    try:
        os.close(os.open(file, os.O_RDONLY))
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise


def _explained(error: ImportError) -> ImportError:
    """Return the exception to raise when the import of the engine has failed with `error`."""
    name = f"{__package__}._engine"
    if error.name == __package__:  # the package has no such name
        directory = os.path.dirname(__file__)
        return ImportError(f"PyLoop's engine, _engine.abi3.so, is missing from {directory}; {_REINSTALL}", name=name)
    if error.path is not None:  # the message is the dynamic linker's
        _refuse_without_descriptors(error.path)
        return ImportError(f"PyLoop's engine could not be loaded ({error}); {_REINSTALL}", name=name, path=error.path)
    return error  # the message is the engine's own, with cause and remedy


_refuse_unsupported_host()
try:
    from . import _engine as _engine  # other modules import it from here
except ImportError as error:
    raise _explained(error) from error
except SystemError as error:
    # Without Python's symbols the engine cannot raise anything itself. Other extension modules fail in the linker.
    raise ImportError(
        "PyLoop's engine does not find Python's symbols in this process, as no extension module does: the program"
        " that embeds Python has loaded libpython with RTLD_LOCAL; load it with RTLD_GLOBAL, or link the program to it",
        name=f"{__package__}._engine",
    ) from error
os.register_at_fork(after_in_child=_engine._after_fork_in_child)

if sys.version_info[:2] > NEWEST_KNOWN_PYTHON:
    from . import _seams

    _seams.refuse_if_moved(_seams.moved_names())
