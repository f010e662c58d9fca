"""Wheels installed into fresh environments, and programs run there with nothing else of the machine in reach."""

import os
import subprocess
import sys
from pathlib import Path

# What a user does first; says which engine did it.
FIRST_LOOP = """
import asyncio
from data_bridge import pyloop
from data_bridge.pyloop import _engine

async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.001)
    server.close()

async def echo(reader, writer):
    writer.write(await reader.readexactly(5))
    writer.close()

pyloop.run(main())
print(pyloop.__version__, _engine.__file__)
"""


def make_environment(python: str, folder: Path) -> Path:
    """Create an empty virtual environment of this Python; return its interpreter."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    return folder / "bin" / "python"


def pip(*arguments: str | Path, python: Path | None = None) -> None:
    """Run this Python's pip for another one, without looking at any index."""
    chosen = ["--python", str(python)] if python else []
    command = [sys.executable, "-m", "pip", *chosen, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def install(wheel: Path, python: Path) -> None:
    """Install a wheel alone."""
    pip("install", "--quiet", "--no-index", "--no-deps", wheel, python=python)


def run_alone(python: Path, code: str, **variables: str) -> str:
    """Run code with no JDK, compiler or setting of the machine in reach; return what it printed."""
    environment = {"PATH": "/nonexistent", "HOME": "/nonexistent", **variables}
    command = [str(python), "-c", code]
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file below, other than what Python compiles for itself."""
    return {
        os.path.relpath(os.path.join(parent, name), folder): _state(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
        if not parent.endswith("__pycache__")
    }


def _state(path: str) -> tuple[int, int]:
    state = os.lstat(path)
    return state.st_size, state.st_mtime_ns
