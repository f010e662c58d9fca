"""Servers of other projects, started on ports of this machine for the time of a run, or the reason why not."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a program finds the address in, by server.
VARIABLES = {"postgres": "COMPAT_POSTGRES", "redis-server": "COMPAT_REDIS", "nats-server": "COMPAT_NATS"}
#: Debian's packages of them.
PACKAGES = {"postgres": "postgresql", "redis-server": "redis-server", "nats-server": "nats-server"}


def find(server: str) -> str | None:
    """The program, which Debian keeps out of PATH for PostgreSQL."""
    places = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))]
    return shutil.which(server, path=os.pathsep.join(places))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(errors="replace"))
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)


def _command(server: str, program: str, port: int, folder: Path) -> tuple[list[str], str]:
    """The command that starts a server, and its address."""
    if server == "redis-server":
        return [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1"], f"redis://127.0.0.1:{port}"
    if server == "nats-server":
        return [program, "--addr", "127.0.0.1", "--port", str(port)], f"nats://127.0.0.1:{port}"
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    initdb = str(Path(program).resolve().with_name("initdb"))
    options = ["--auth=trust", "--username=compat", "--encoding=UTF8", "--no-sync"]
    command = [*user, initdb, *options, "-D", str(data)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)
    options = ["-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-F"]
    return [*user, program, *options], f"postgresql://compat@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def running(server: str) -> Iterator[str]:
    """The address of a running server. It ends, and all its data is gone, when the block is left."""
    program = find(server)
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder, port = Path(name), _free_port()
        command, address = _command(server, program, port, folder)
        log = folder / "log"
        file = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=folder)
        try:
            _wait_until_it_listens(port, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
