"""The kinds of event loop under test, and how to drive them, in this process and in a child process.

Stock asyncio is the oracle: a behaviour test runs on both kinds and asserts the same thing on both.
"""

import asyncio
import gc
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from support.project import path_with_tests

Loop = asyncio.AbstractEventLoop
SocketPair = tuple[socket.socket, socket.socket]
Result = TypeVar("Result")
Done = subprocess.CompletedProcess[str]

# A bound for things that happen at once on an idle machine; only a hang exceeds it on a busy one.
PROMPTLY = 30.0


@dataclass(frozen=True)
class LoopKind:
    """A name for test ids, and the statement that imports ``new_event_loop``."""

    name: str
    import_statement: str

    def __str__(self) -> str:
        return self.name

    def new_event_loop(self) -> Loop:
        """Make a loop of this kind. The import is late: the asyncio half needs no installed package."""
        namespace: dict[str, object] = {}
        exec(self.import_statement, namespace)
        loop = namespace["new_event_loop"]()  # type: ignore[operator]
        assert isinstance(loop, asyncio.AbstractEventLoop)
        return loop

    def run_program(
        self,
        source: str,
        *args: str,
        options: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
        timeout: float = 120,
    ) -> Done:
        """Run ``source`` in a child Python where ``new_event_loop`` is defined, and wait for its end.

        It can import helpers as tests do.
        """
        program = f"{self.import_statement}\n{textwrap.dedent(source)}"
        environment = {"PYTHONPATH": path_with_tests(), **(environment or {})}
        return run_python(*options, "-c", program, *args, environment=environment, timeout=timeout)

    def run_module(self, module: str, *args: str, options: tuple[str, ...] = (), timeout: float = 120) -> Done:
        """Run a module below tests/ in a child Python, with this kind's name as its first argument."""
        environment = {"PYTHONPATH": path_with_tests()}
        return run_python(*options, "-m", module, self.name, *args, environment=environment, timeout=timeout)

    def expect(self, stdout: str, module: str, *args: str) -> None:
        """Run a module that must print this, write no errors and end well."""
        assert_printed(self.run_module(module, *args), stdout)


def run_python(*args: str, environment: dict[str, str] | None = None, timeout: float = 120) -> Done:
    """Run the interpreter of the tests with these arguments and capture what it says."""
    return subprocess.run(
        [sys.executable, *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def assert_printed(done: Done, stdout: str) -> None:
    """The program printed this, wrote no errors and ended well."""
    assert (done.stdout, done.stderr, done.returncode) == (stdout, "", 0)


@contextmanager
def without_collector() -> Iterator[None]:
    """References alone decide what lives."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def skip_if_refused_run_breaks_the_loop(kind: LoopKind) -> None:
    """Stock asyncio 3.13.0 to 3.13.2 marks a running loop as stopped when it refuses to run it again (gh-130145)."""
    if kind is ASYNCIO and (3, 13, 0) <= sys.version_info[:3] < (3, 13, 3):
        pytest.skip("asyncio of this Python forgets the running loop when it refuses a nested run (gh-130145)")


def run_coroutine(loop: Loop, main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end; only a hang exceeds the bound."""
    return loop.run_until_complete(asyncio.wait_for(main, PROMPTLY))


def run_and_finish(loop: Loop, main: Coroutine[Any, Any, None]) -> None:
    """Run a test and then what it has started to its end: tasks, and transports that report their loss."""

    async def main_and_rest() -> None:
        await main
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            _, pending = await asyncio.wait(tasks, timeout=PROMPTLY)
            assert not pending
        for _ in range(5):
            await asyncio.sleep(0)

    loop.run_until_complete(main_and_rest())


def run_iterations(loop: Loop, count: int = 1) -> None:
    """Run exactly ``count`` iterations: ``stop()`` before a run lets one iteration pass."""
    for _ in range(count):
        loop.stop()
        loop.run_forever()


def run_until(loop: Loop, condition: Callable[[], bool]) -> None:
    """Run until the condition holds, asked every millisecond; a hang is ended by the time limit of the test."""

    def check() -> None:
        if condition():
            loop.stop()
        else:
            loop.call_later(0.001, check)

    check()
    loop.run_forever()


def settle(loop: Loop) -> None:
    """Run long enough for a ready descriptor to be noticed, in several iterations."""
    loop.call_later(0.02, loop.stop)
    loop.run_forever()


ASYNCIO = LoopKind("asyncio", "from asyncio import SelectorEventLoop as new_event_loop")
PYLOOP = LoopKind("pyloop", "from data_bridge.pyloop import new_event_loop")
KINDS = (ASYNCIO, PYLOOP)

# For behaviour that asyncio does not have or does not promise.
only_pyloop = pytest.mark.parametrize("kind", [PYLOOP], ids=str)
