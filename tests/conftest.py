"""Fixtures shared by all tests: the kinds of loop, and loops that must leave the process as they found it."""

import asyncio
import gc
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.loop_kinds import KINDS, Loop, LoopKind, SocketPair
from support.process_figures import count_descriptors
from support.program_runs import run, run_clean, run_module, run_module_clean  # noqa: F401 - fixtures


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of tests that run for more than a minute."""
    config.addinivalue_line("markers", "slow: runs for more than 60 seconds")
    # A shell starts its background jobs with SIGINT ignored, and nohup everything with SIGHUP; the programs that tests
    # start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(params=KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> LoopKind:
    """One kind of event loop; every behaviour test runs once for each."""
    kind: LoopKind = request.param
    return kind


def _process_state() -> dict[str, Any]:
    """What a loop may change while it runs and must have put back once it is closed."""
    state: dict[str, Any] = {
        "running loop": asyncio._get_running_loop(),
        "async generator hooks": tuple(sys.get_asyncgen_hooks()),
        "coroutine origin depth": sys.get_coroutine_origin_tracking_depth(),
        "descriptors": count_descriptors(),
    }
    if threading.current_thread() is threading.main_thread():
        state["wakeup fd"] = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(state["wakeup fd"])
    return state


def _settled_state(before: dict[str, Any]) -> dict[str, Any]:
    """The state of the process, once garbage and helper threads had a chance to go."""
    state = _process_state()
    deadline = time.monotonic() + 5
    while state != before and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
        state = _process_state()
    return state


@pytest.fixture
def new_loop(kind: LoopKind, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], Loop]]:
    """A function that makes loops of the kind under test; they are closed and checked after the test.

    A test that expects asyncio to log an error reads the record and then calls ``caplog.clear()``.
    """
    before = _process_state()
    loops: list[Loop] = []

    def make() -> Loop:
        loop = kind.new_event_loop()
        loops.append(loop)
        return loop

    yield make
    for loop in loops:
        assert not loop.is_running()
        loop.close()
        assert loop.is_closed()
    loops.clear()
    assert _settled_state(before) == before
    errors = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.name == "asyncio" and record.levelno >= logging.ERROR
    ]
    assert errors == []


@pytest.fixture
def loop(new_loop: Callable[[], Loop]) -> Loop:
    """A fresh loop of the kind under test."""
    return new_loop()


@pytest.fixture
def reported(loop: Loop) -> list[dict[str, Any]]:
    """The contexts given to the exception handler of ``loop``."""
    contexts: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: contexts.append(context))
    return contexts


@pytest.fixture
def pair() -> Iterator[SocketPair]:
    """Two connected sockets that do not block."""
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        yield left, right
