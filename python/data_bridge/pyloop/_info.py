"""The output of `python -m data_bridge.pyloop --info`."""

from __future__ import annotations

import os
import platform
import sys

from ._version import __version__


def info() -> dict[str, str]:
    """Load the engine and return a description of what this process runs on.

    Raises ImportError if the engine cannot be loaded.
    """
    from . import _kernel_tls, _openssl
    from ._loop import default_poll_bound
    from ._start import _engine

    facts = _engine.facts
    return {
        "PyLoop": __version__,
        "Python": f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}",
        "engine": f"{facts['engine']}, {_engine.__file__}",
        "poller": facts["poller"],
        "poll bound": f"{default_poll_bound() * 1e6:g} us",
        "kernel": f"{platform.system()} {os.uname().release}",
        "kernel features": facts["kernel features"],
        "C library": " ".join(platform.libc_ver()),
        "context capture": facts["context capture"],
        "TLS": _openssl.description(),
        "kernel TLS": _kernel_tls.description(),
    }


def print_info() -> None:
    """Print the items of `info()`, one per line."""
    described = info()
    width = max(map(len, described))
    for name, value in described.items():
        print(f"{name:{width}}  {value}")
