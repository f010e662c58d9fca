"""Files for tests of sendfile: such that the system call takes, and such that have to be read and written."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from support.loop_kinds import Loop

CONTENT = bytes(range(256)) * 4096
WAYS = pytest.mark.parametrize("native", [True, False], ids=["native", "fallback"])


class WithoutDescriptor(io.BytesIO):
    """A file that `os.sendfile` cannot read."""


@pytest.fixture
def sending(loop: Loop) -> Iterator[Loop]:
    """A loop whose executor, which reads files for the fallback, is shut down in the end."""
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., IO[bytes]]]:
    """A function that opens files with the given content."""
    files: list[IO[bytes]] = []

    def make(native: bool = True, content: bytes = CONTENT) -> IO[bytes]:
        if native:
            path = tmp_path / f"{len(files)}"
            path.write_bytes(content)
            files.append(path.open("rb"))
        else:
            files.append(WithoutDescriptor(content))
        return files[-1]

    yield make
    for file in files:
        file.close()
