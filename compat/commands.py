"""Commands started on asyncio's loop, or on PyLoop as docs/processes.md says, and what they tell of their loops."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from compat.program import PROMPTLY

if TYPE_CHECKING:
    from collections.abc import Iterator


def command(*module: str) -> list[str]:
    """The command line that runs a module, with PyLoop's runner if this run is about PyLoop."""
    runner = ("-m", "data_bridge.pyloop") if os.environ["COMPAT_LOOP"] == "PyLoop" else ()
    return [sys.executable, *runner, "-m", *module]


def environment() -> dict[str, str]:
    """The environment of a command, which the runner alone tells which loop to use."""
    return {name: value for name, value in os.environ.items() if name != "PYLOOP_INSTALL"}


def free_port() -> int:
    """A port that no one listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def running(*module: str) -> Iterator[subprocess.Popen[bytes]]:
    """Such a command with all its processes, which end with the block; its log is shown if the block fails."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                command(*module),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        try:
            yield process
        except BaseException:
            sys.stderr.write(log.read_text(errors="replace"))
            raise
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        # granian does not end if the signal comes while its workers start.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(address: str) -> str:
    """What a server answers, as soon as it does."""
    deadline = time.monotonic() + PROMPTLY
    while True:
        try:
            with urllib.request.urlopen(address, timeout=PROMPTLY) as response:
                text: str = response.read().decode()
                return text
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def serve(*module: str, answers: int = 50) -> None:
    """Run the server with a place for its port, and print the loops that its answers name."""
    port = free_port()
    with running(*(part.format(port=port) for part in module)):
        address = f"http://127.0.0.1:{port}/"
        for name in sorted({ask(address) for _ in range(answers)}):
            print("loop", name)
