"""A temporary PostgreSQL, with TLS or without, for the clients that are measured against one."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.harness.failures import FailedError
from benchmarks.network.processes import process_seconds, running_on

if TYPE_CHECKING:
    from collections.abc import Sequence

USER = "bench"
DATABASE = "postgres"
HOST = "127.0.0.1"
START_SECONDS = 20.0
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; then it runs as the first of these users that exists."""
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "autovacuum": "off",
    "max_connections": "300",
}
# It ends with its standard input, as the other programs do, and so with the driver, however that ends.
KEEPER = 'exec 3<&0; "$@" </dev/null & read -r line <&3; kill -INT $!; wait $!'


def find_programs() -> Path | None:
    """The directory of `initdb` and `postgres`: of the command on the path, or the newest that Debian installs."""
    places = [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


class Postgres:
    """One server and its files; `close` ends the one and removes the others."""

    def __init__(self, certificate: Path | None, cpu: int | None) -> None:
        programs = find_programs()
        if programs is None:
            raise FailedError("PostgreSQL is not installed")
        self._user = next(user for user in UNPRIVILEGED if _exists(user)) if os.geteuid() == 0 else None
        # Not below the directory of the run, into which the other user may not look.
        self._directory = Path(tempfile.mkdtemp(prefix="pyloop-bench-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._give(self._directory)
            data = self._directory / "data"
            with running_on(cpu):
                self._initialise([str(programs / "initdb"), "--no-sync", "-A", "trust", "-U", USER, "-D", str(data)])
                self.port = free_port()
                settings = SETTINGS | {"port": str(self.port)}
                if certificate is not None:
                    key = data / "server.pem"
                    shutil.copy(certificate, key)
                    key.chmod(0o600)
                    self._give(key)
                    settings |= {"ssl": "on", "ssl_cert_file": key.name, "ssl_key_file": key.name}
                options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
                command = ["sh", "-c", KEEPER, "sh", str(programs / "postgres"), "-D", str(data), *options]
                with (self._directory / "log").open("wb") as log:
                    self._process = self._start(command, log.fileno())
            self._pid_file = data / "postmaster.pid"
            self._wait()
        except BaseException:
            self.close()
            raise

    def cpu_seconds(self) -> float:
        """Of the server and of all its sessions that are open."""
        first = int(self._pid_file.read_text().split("\n", 1)[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return sum(process_seconds(pid) for pid in (first, *map(int, children)))

    def close(self) -> None:
        """End it at once."""
        if self._process is not None:
            end_kept(self._process)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _give(self, path: Path) -> None:
        if self._user is not None:
            shutil.chown(path, self._user)

    def _initialise(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            command, user=self._user, cwd=self._directory, env=_environment(), capture_output=True, check=False
        )
        if done.returncode:
            raise FailedError(f"initdb: {done.stderr.decode(errors='replace').strip()[-200:]}")

    def _start(self, command: Sequence[str], log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            user=self._user,
            cwd=self._directory,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                words = (self._directory / "log").read_text(errors="replace").strip()
                raise FailedError(f"PostgreSQL does not start: {words[-200:]}")
            time.sleep(0.05)

    def _accepts(self) -> bool:
        # The last line of the file says whether sessions are accepted.
        return self._pid_file.exists() and self._pid_file.read_text().rstrip().endswith("ready")


def _version(place: Path) -> list[int]:
    return [int(part) for part in place.parent.name.split(".") if part.isdigit()]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def end_kept(keeper: subprocess.Popen[bytes]) -> None:
    """End what `KEEPER` runs: close its input, and wait until the program has ended."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    try:
        keeper.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


def free_port() -> int:
    """A port that nothing listened at a moment ago, for servers that must be told one."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
