"""Whether processes can be told by their environment to run on PyLoop."""

import site
from pathlib import Path

import pytest

NAME = "data_bridge_pyloop.pth"


def folder_of_the_hook() -> Path | None:
    """The folder for packages that has the file which Python reads at its start, and the module that this imports."""
    folders = [*site.getsitepackages(), site.getusersitepackages()]
    return next((Path(folder) for folder in folders if (Path(folder) / NAME).is_file()), None)


needs_the_hook = pytest.mark.skipif(
    folder_of_the_hook() is None,
    reason="the package is on sys.path but not installed: Python reads no .pth file of it at its start",
)
