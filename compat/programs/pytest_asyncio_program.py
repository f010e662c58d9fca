"""pytest-asyncio: tests, fixtures and scopes of loops, run by `-m pytest`."""

import re
import subprocess
import tempfile
from pathlib import Path

from compat.commands import command, environment

TESTS = """
import asyncio
import pytest
import pytest_asyncio

@pytest_asyncio.fixture
async def server():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()
    server.close()

@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared():
    return asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_loop():
    print("loop", type(asyncio.get_running_loop()).__name__)

@pytest.mark.asyncio
async def test_fixture(server):
    reader, writer = await asyncio.open_connection(*server)
    assert await reader.read() == b""
    writer.close()

@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", [1, 2])
async def test_scope(shared, number):
    assert asyncio.get_running_loop() is shared

@pytest.mark.asyncio
async def test_that_fails():
    await asyncio.sleep(0.001)
    raise LookupError
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text(TESTS)
        arguments = ("-q", "-rP", "-p", "no:cacheprovider", "-p", "no:anyio", "--rootdir", folder, folder)
        done = subprocess.run(
            command("pytest", *arguments), env=environment(), capture_output=True, text=True, check=False, cwd=folder
        )
    for line in done.stdout.splitlines():
        if line.startswith("loop ") or re.search(r"\d (passed|failed)", line):
            print(re.sub(r" in [\d.]+s", "", line))


if __name__ == "__main__":
    main()
