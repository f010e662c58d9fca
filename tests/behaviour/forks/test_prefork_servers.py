"""Servers that fork or spawn their workers: gunicorn with uvicorn's worker class, and uvicorn itself.

Each serves real requests, replaces its workers on SIGHUP, and ends on SIGTERM with exit code 0 and no worker left.
"""

import http.client
import inspect
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn

from support.loop_kinds import PROMPTLY
from support.project import path_with_tests
from support.startup_hook import needs_the_hook

APPLICATION = "behaviour.forks.programs.application:app"
WORKER_CLASS = "behaviour.forks.programs.gunicorn_workers.PyLoopWorker"
GUNICORN = ("gunicorn", "--worker-class", WORKER_CLASS, "--workers", "2", "--bind", "127.0.0.1:0")
UVICORN = ("uvicorn", "--workers", "2", "--loop", "data_bridge.pyloop:new_event_loop", "--port", "0")

# One process of uvicorn sends itself the signal again when it has shut down.
ENDED_WELL = (0, -signal.SIGTERM)

pytestmark = pytest.mark.timeout(600)

Answer = tuple[str, int, str]


class Server:
    """A server with two workers, its log, and its answers as (loop class, process, version)."""

    def __init__(self, directory: Path, command: tuple[str, ...], **variables: str) -> None:
        self.log_file = directory / "log"
        environment = {**os.environ, "GUNICORN_CMD_ARGS": "", "PYTHONPATH": path_with_tests(), **variables}
        environment.pop("PYTHONWARNINGS", None)
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, APPLICATION],
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = int(self.wait_for(lambda: re.search(r"http://127\.0\.0\.1:(\d+)", self.log)).group(1))

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def wait_for(self, found: Callable[[], "re.Match[str] | None"]) -> "re.Match[str]":
        deadline = time.monotonic() + 5 * PROMPTLY
        while (match := found()) is None:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        return match

    def ask(self) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PROMPTLY)
        try:
            connection.request("GET", "/")
            response = connection.getresponse()
            assert response.status == 200
            loop, process, version = response.read().decode().split()
        finally:
            connection.close()
        return loop, int(process), version

    def ask_until_ready(self) -> Answer:
        deadline = time.monotonic() + 5 * PROMPTLY
        while True:
            try:
                return self.ask()
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, self.log
                time.sleep(0.05)

    def answers_of_two_workers(self, *, without: frozenset[int] = frozenset()) -> set[Answer]:
        """Ask until two workers have answered and none of those that should be gone does."""
        deadline = time.monotonic() + 5 * PROMPTLY
        recent: list[Answer] = []
        while len({process for _, process, _ in recent}) < 2 or without & {process for _, process, _ in recent}:
            assert time.monotonic() < deadline, (recent, self.log)
            try:
                recent = [*recent, self.ask()][-20:]
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the workers are not ready, or a worker that ends was asked
        return set(recent)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=5 * PROMPTLY)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts a server; it is killed if the test has not ended it."""
    servers: list[Server] = []

    def start_server(*command: str, **variables: str) -> Server:
        set_version(tmp_path, "one")
        servers.append(Server(tmp_path, command, **variables))
        return servers[-1]

    yield start_server
    for server in servers:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
            try:
                server.process.wait(timeout=PROMPTLY)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()


def set_version(directory: Path, version: str) -> None:
    """The one that the application answers with if it is loaded from now on."""
    (directory / "version").write_text(version)


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}/exe").exists()


def check_life(server: Server, directory: Path, *, version_after: str) -> None:
    first = server.answers_of_two_workers()
    assert {(name, version) for name, _, version in first} == {("PyLoop", "one")}
    old = frozenset(process for _, process, _ in first)
    set_version(directory, "second")
    server.process.send_signal(signal.SIGHUP)
    second = server.answers_of_two_workers(without=old)
    assert {(name, version) for name, _, version in second} == {("PyLoop", version_after)}
    assert server.end() == 0, server.log
    workers = old | {process for _, process, _ in second}
    assert [process for process in workers if is_alive(process)] == []
    for trouble in ("Traceback", "CRITICAL", "ERROR", "SIGKILL", "TIMEOUT", "code 1", "Fatal", "RuntimeWarning"):
        assert trouble not in server.log, server.log


def control_socket_off() -> tuple[str, ...]:
    """Newer versions of gunicorn leave a socket in the home directory."""
    from gunicorn.config import KNOWN_SETTINGS

    known = {setting.name for setting in KNOWN_SETTINGS}
    return ("--no-control-socket",) if "control_socket_disable" in known else ()


def test_gunicorn(start: Callable[..., Server], tmp_path: Path) -> None:
    check_life(start(*GUNICORN, *control_socket_off()), tmp_path, version_after="second")


@pytest.mark.parametrize("variables", [{}, {"MAKES_A_LOOP": "1"}], ids=["no loop", "a loop"])
def test_gunicorn_that_loads_the_application_before_it_forks(
    start: Callable[..., Server], tmp_path: Path, variables: dict[str, str]
) -> None:
    """The application may make a loop as it is imported, and leave it open."""
    server = start(*GUNICORN, *control_socket_off(), "--preload", **variables)
    # SIGHUP replaces the workers; the application stays the one that was loaded first.
    check_life(server, tmp_path, version_after="one")


def test_uvicorn_with_workers(start: Callable[..., Server], tmp_path: Path) -> None:
    # By default a worker that is not ready after five seconds, on a busy machine, is given up.
    patience = ("--timeout-worker-healthcheck", "60")
    knows_patience = "timeout_worker_healthcheck" in inspect.signature(uvicorn.Config).parameters
    server = start(*UVICORN, *(patience if knows_patience else ()))
    check_life(server, tmp_path, version_after="second")


@needs_the_hook
@pytest.mark.parametrize(
    "command",
    [
        ("uvicorn", "--port", "0"),
        ("uvicorn", "--workers", "2", "--port", "0"),
        ("gunicorn", "--worker-class", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:0"),
        ("gunicorn", "--worker-class", "uvicorn_worker.UvicornWorker", "--bind", "127.0.0.1:0", "--preload"),
    ],
    ids=" ".join,
)
def test_server_that_names_no_loop(start: Callable[..., Server], command: tuple[str, ...]) -> None:
    """Under `python -m data_bridge.pyloop`; uvicorn itself never asks asyncio for a loop by default."""
    if command[0] == "gunicorn":
        pytest.importorskip("uvicorn_worker", reason="its package is not installed")
        command += control_socket_off()
    server = start("data_bridge.pyloop", "-m", *command)
    assert server.ask_until_ready()[0] == "PyLoop"
    assert server.end() in ENDED_WELL, server.log


@needs_the_hook
def test_server_whose_loop_is_named(start: Callable[..., Server]) -> None:
    server = start("data_bridge.pyloop", "-m", "uvicorn", "--loop", "asyncio", "--port", "0")
    assert server.ask_until_ready()[0] == "_UnixSelectorEventLoop"
    assert server.end() in ENDED_WELL, server.log
