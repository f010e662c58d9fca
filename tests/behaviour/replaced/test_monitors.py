"""Monitors of slow callbacks (logfire, aiodebug, LiveKit) replace `asyncio.Handle._run`, and see what the loop runs."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine, run_iterations

Run = Callable[[asyncio.Handle], Any]

ASYNCIOS: Run = asyncio.Handle._run


class Monitor:
    """Notes the callbacks of all handles that are run while it is installed."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.seen: list[Any] = []

    def install(self) -> None:
        """Replace the method."""
        seen = self.seen

        def run(self: asyncio.Handle) -> Any:
            seen.append(self._callback)  # type: ignore[attr-defined]
            return ASYNCIOS(self)

        self.patch.setattr(asyncio.Handle, "_run", run)

    def remove(self) -> None:
        """Put asyncio's method back."""
        self.patch.setattr(asyncio.Handle, "_run", ASYNCIOS)

    def names(self) -> list[str]:
        """What was seen: the names of functions."""
        return [getattr(callback, "__name__", type(callback).__name__) for callback in self.seen]


@pytest.fixture
def monitor(monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """Not yet installed."""
    return Monitor(monkeypatch)


def first() -> None:
    """A callback."""


def second() -> None:
    """A callback."""


def third() -> None:
    """A callback."""


def test_loop_that_is_made_afterwards(kind: LoopKind, monitor: Monitor) -> None:
    monitor.install()
    loop = kind.new_event_loop()
    loop.call_soon(first)
    loop.call_soon(second).cancel()
    run_iterations(loop)
    loop.close()
    assert monitor.names() == ["first"]


def test_installed_and_removed_by_callbacks(loop: Loop, monitor: Monitor) -> None:
    """It sees the next callback already, and none after it is removed."""
    for callback in (first, monitor.install, second, monitor.remove, third):
        loop.call_soon(callback)
    run_iterations(loop)
    loop.call_soon(monitor.install)
    run_iterations(loop)
    loop.call_soon(third)
    run_iterations(loop)
    assert monitor.names() == ["second", "remove", "third"]


def test_every_kind_of_callback(loop: Loop, monitor: Monitor) -> None:
    """Arguments, contexts, timers, wakeups from threads, readers, signal handlers, futures and steps of tasks."""

    async def main() -> None:
        running = asyncio.get_running_loop()
        future = running.create_future()
        future.add_done_callback(noted)
        running.call_soon(noted, 1, 2, 3, 4)
        running.call_later(0.001, noted)
        running.call_later(0.002, future.set_result, None)
        await future
        await running.run_in_executor(None, running.call_soon_threadsafe, noted)
        left, right = socket.socketpair()
        with left, right:
            ready = asyncio.Event()
            running.add_reader(left, ready.set)
            right.send(b"x")
            await ready.wait()
            running.remove_reader(left)
        signalled = asyncio.Event()
        running.add_signal_handler(signal.SIGUSR1, signalled.set)
        os.kill(os.getpid(), signal.SIGUSR1)
        await signalled.wait()
        running.remove_signal_handler(signal.SIGUSR1)

    calls = []

    def noted(*arguments: object) -> None:
        calls.append(arguments)

    monitor.install()
    run_coroutine(loop, main())
    names = monitor.names()
    assert names.count("noted") == len(calls) == 4
    assert (1, 2, 3, 4) in calls
    for owner, name in ((asyncio.Future, "set_result"), (asyncio.Event, "set"), (asyncio.Task, "task_wakeup")):
        seen = [each for each in names if each == name]
        assert seen, (owner, names)
    assert names.count("set") == 2


def test_tasks_can_be_told_apart(loop: Loop, monitor: Monitor) -> None:
    """The callback of a step is bound to its task, whose name monitors report."""

    async def work() -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*(asyncio.create_task(work(), name=f"work {number}") for number in range(3)))

    monitor.install()
    run_coroutine(loop, main())
    owners = [getattr(callback, "__self__", None) for callback in monitor.seen]
    steps = [owner.get_name() for owner in owners if isinstance(owner, asyncio.Task)]
    assert {name: steps.count(name) for name in ("work 0", "work 1", "work 2")} == {f"work {i}": 2 for i in range(3)}


def test_input_of_transports(loop: Loop, monitor: Monitor) -> None:
    """A `data_received` that takes long is seen, as the `_read_ready` of its transport."""
    taken: list[bytes] = []

    class Slow(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            taken.append(data)
            inside.append(depth[-1] if depth else None)

        def connection_lost(self, _error: Exception | None) -> None:
            lost.append(True)

    lost: list[bool] = []
    depth: list[Any] = []
    inside: list[Any] = []

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Slow, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for number in range(3):
            writer.write(b"%d" % number)
            while len(taken) <= number:
                await asyncio.sleep(0.001)
        writer.close()
        server.close()
        await writer.wait_closed()
        while not lost:
            await asyncio.sleep(0.001)

    def run(self: asyncio.Handle) -> Any:
        depth.append(getattr(self._callback, "__name__", None))  # type: ignore[attr-defined]
        try:
            return ASYNCIOS(self)
        finally:
            depth.pop()

    monitor.patch.setattr(asyncio.Handle, "_run", run)
    run_coroutine(loop, main())
    assert inside == ["_read_ready"] * 3


def test_what_the_monitor_raises_ends_the_run(loop: Loop, monitor: Monitor) -> None:
    """As on asyncio; and the callbacks that were queued run in the next run."""

    def run(self: asyncio.Handle) -> Any:
        monitor.remove()
        raise LookupError("by the monitor")

    ran: list[int] = []
    monitor.patch.setattr(asyncio.Handle, "_run", run)
    loop.call_soon(ran.append, 1)
    loop.call_soon(ran.append, 2)
    with pytest.raises(LookupError, match="by the monitor"):
        run_iterations(loop)
    run_iterations(loop)
    assert ran == [2]


def test_errors_of_callbacks_are_reported_as_before(
    loop: Loop, monitor: Monitor, reported: list[dict[str, Any]]
) -> None:
    monitor.install()
    handle = loop.call_soon(int, "x")
    run_iterations(loop)
    assert [type(context["exception"]) for context in reported] == [ValueError]
    assert reported[0]["handle"] is handle
    assert monitor.seen == [int]


def test_in_debug_mode(loop: Loop, monitor: Monitor) -> None:
    loop.set_debug(True)
    monitor.install()
    loop.call_soon(first)
    loop.call_later(0, second)
    run_iterations(loop, 2)
    assert monitor.names() == ["first", "second"]
