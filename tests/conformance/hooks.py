"""Hooks for test classes that make a loop in a way no redirection of asyncio's names can reach.

Some classes run on a stand-in: the suite's TestLoop (a BaseEventLoop with a scripted clock and no real selector)
or a BaseEventLoop whose selector is a mock.  The stand-in serves speed, not the point of the tests, so they are
given the loop under test instead.  Tests that script the clock keep TestLoop, for they are about nothing else.
"""

import asyncio
import fnmatch
import functools
import importlib
import unittest
from collections.abc import Callable
from typing import Any
from unittest import mock

from .loops import LoopClass

Hook = Callable[[type[unittest.TestCase], LoopClass], None]

# This test steps TestLoop by hand: it calls _run_once() and reads _ready.  What it tests is the task.
KEEPS_TEST_LOOP = frozenset({"test_log_destroyed_pending_task"})

# Turns that settle any chain of callbacks in the gather tests; the longest takes three.
GATHER_TURNS = 10


def _real_test_loop(cls: Any, loop: LoopClass) -> None:
    """new_test_loop() returns the loop under test unless the test scripts the clock with a generator."""
    scripted = cls.new_test_loop

    def new_test_loop(self: Any, gen: Any = None) -> Any:
        if gen is not None or self._testMethodName in KEEPS_TEST_LOOP:
            return scripted(self, gen)
        made = loop()
        self.set_event_loop(made)
        return made

    cls.new_test_loop = new_test_loop


def _real_gather_loops(cls: Any, loop: LoopClass) -> None:
    """As _real_test_loop, and _run_loop() makes a fixed number of turns: the suite's own reads the private queue."""
    _real_test_loop(cls, loop)
    utils = importlib.import_module("test.test_asyncio.utils")

    def run_loop(self: Any, made: Any) -> None:
        for _ in range(GATHER_TURNS):
            utils.run_briefly(made)

    cls._run_loop = run_loop


def _real_runner_loop(cls: Any, loop: LoopClass) -> None:
    """BaseTest.new_loop() of test_runners returns the loop under test; its tearDown reads shutdown_ag_run."""

    def new_loop(self: Any) -> Any:
        made: Any = loop()
        made.shutdown_ag_run = False
        shutdown = made.shutdown_asyncgens

        async def shutdown_asyncgens() -> None:
            made.shutdown_ag_run = True
            await shutdown()

        made.shutdown_asyncgens = shutdown_asyncgens
        return made

    cls.new_loop = new_loop


def _real_set_up_loop(cls: Any, loop: LoopClass) -> None:
    """BaseTest.setUp() of test_pep492 makes the loop under test."""
    base = next(base for base in cls.__mro__ if base.__name__ == "BaseTest")

    def set_up(self: Any) -> None:
        super(base, self).setUp()
        self.loop = loop()
        self.set_event_loop(self.loop)

    cls.setUp = set_up


class _Kept:
    """An attribute of a class that its instances cannot replace."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __get__(self, owner: Any, cls: Any) -> Any:
        return self._value.__get__(owner, cls)

    def __set__(self, owner: Any, value: Any) -> None:
        pass


def _real_base_loop(cls: Any, loop: LoopClass) -> None:
    """BaseEventLoopTests.setUp() makes the loop under test.

    The tests put mocks in the place of what BaseEventLoop lacks. A loop that waits for I/O needs its own.
    """
    for name in ("_process_events", "_write_to_self"):
        if hasattr(loop, name):
            setattr(loop, name, _Kept(getattr(loop, name)))

    def set_up(self: Any) -> None:
        super(cls, self).setUp()
        self.loop = loop()
        self.set_event_loop(self.loop)

    cls.setUp = set_up


def _real_loop_without_sendfile(cls: Any, loop: LoopClass) -> None:
    """BaseLoopSockSendfileTests.setUp() makes the loop under test, which falls back to reading and sending."""
    own_set_up = cls.setUp

    def make() -> Any:
        made: Any = loop()
        made._sock_sendfile_native = functools.partial(asyncio.BaseEventLoop._sock_sendfile_native, made)  # type: ignore[attr-defined]
        return made

    def set_up(self: Any) -> None:
        with mock.patch("asyncio.selector_events.BaseSelectorEventLoop", make):
            own_set_up(self)

    cls.setUp = set_up


def tolerate_foreign_executor() -> None:
    """Let the suite's teardown close loops that keep their default executor out of sight.

    It reads loop._default_executor, so that every test would fail on a loop without that private attribute,
    and a comparison would say nothing.  A loop that has the attribute is closed by the suite's own code.
    """
    utils: Any = importlib.import_module("test.test_asyncio.utils")
    original = utils.TestCase.close_loop

    def close_loop(loop: Any) -> None:
        if hasattr(loop, "_default_executor"):
            original(loop)
            return
        if not loop.is_closed():
            loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    utils.TestCase.close_loop = staticmethod(close_loop)


# Suites named here by glob; the first entry that matches counts.
HOOKS: tuple[tuple[str, Hook], ...] = (
    ("test_tasks.*GatherTests", _real_gather_loops),
    ("test_tasks.*", _real_test_loop),
    ("test_futures.*", _real_test_loop),
    ("test_subprocess.SubprocessTransportTests", _real_test_loop),
    ("test_runners.*", _real_runner_loop),
    ("test_pep492.*", _real_set_up_loop),
    ("test_base_events.BaseEventLoopTests", _real_base_loop),
    ("test_base_events.BaseLoopSockSendfileTests", _real_loop_without_sendfile),
)


def apply(name: str, cls: type[unittest.TestCase], loop: LoopClass) -> None:
    """Hook *loop* into the class of suite *name*, where the suite needs it."""
    for pattern, hook in HOOKS:
        if fnmatch.fnmatchcase(name, pattern):
            hook(cls, loop)
            return
