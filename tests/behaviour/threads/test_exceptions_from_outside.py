"""`PyThreadState_SetAsyncExc`, as time limits and stop buttons use it: the run ends, and no callback is lost."""

import asyncio
import ctypes
import functools
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, only_pyloop, run_coroutine
from support.peers.tls import client_context, server_context


class TooLong(BaseException):
    """The exception that is raised in a thread from outside."""


def raising(ident: int) -> Callable[[], int]:
    """A function in C that makes CPython raise the exception in a thread, where that executes Python code next."""
    function = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return functools.partial(function, ctypes.c_ulong(ident), ctypes.py_object(TooLong))


class Interrupted:
    """A thread that runs a loop until it is stopped or interrupted."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.ends: list[str] = []
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.loop.run_forever()
        except TooLong:
            self.ends.append("interrupted")
        else:
            self.ends.append("stopped")

    def interrupt(self) -> None:
        """Raise the exception in the thread, again if it came inside a callback, as it may on asyncio."""
        assert self.thread.ident is not None
        interrupt = raising(self.thread.ident)
        for _ in range(20):
            interrupt()
            self.thread.join(PROMPTLY / 20)
            if not self.thread.is_alive():
                break
        else:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
        assert self.ends == ["interrupted"]


def resume_and_stop(loop: Loop) -> None:
    loop.call_later(0.02, loop.stop)
    loop.run_forever()


@pytest.fixture
def interrupted(loop: Loop) -> Interrupted:
    """Reports nothing of what callbacks raise, which may be the exception."""
    loop.set_exception_handler(lambda _loop, _context: None)
    return Interrupted(loop)


def test_loop_with_short_timers(loop: Loop, interrupted: Interrupted) -> None:
    ticks: list[int] = []

    def tick() -> None:
        loop.call_later(0.001, tick)
        ticks.append(1)

    loop.call_soon(tick)
    interrupted.thread.start()
    while len(ticks) < 5:
        time.sleep(0.001)
    interrupted.interrupt()
    before = len(ticks)
    resume_and_stop(loop)
    assert len(ticks) > before


def test_loop_with_callbacks_always_ready(loop: Loop, interrupted: Interrupted) -> None:
    counts = [0]

    def again() -> None:
        loop.call_soon(again)
        counts[0] += 1

    loop.call_soon(again)
    interrupted.thread.start()
    while counts[0] < 1000:
        time.sleep(0.001)
    interrupted.interrupt()
    before = counts[0]
    resume_and_stop(loop)
    assert counts[0] > before


@only_pyloop  # asyncio loses the callback that it has just taken from its queue
def test_loop_whose_callbacks_are_c_code(loop: Loop, interrupted: Interrupted) -> None:
    events: list[int] = []

    def again() -> None:
        loop.call_soon_batch(batch)  # type: ignore[attr-defined]
        loop.call_soon(again)

    batch = [(events.append, number) for number in range(50)]

    loop.call_soon(again)
    interrupted.thread.start()
    while len(events) < 5000:
        time.sleep(0.001)
    interrupted.interrupt()
    resume_and_stop(loop)
    numbers = events[: len(events) // 50 * 50]
    assert numbers == list(range(50)) * (len(numbers) // 50)


def test_blocked_loop_is_interrupted_when_it_wakes_up(loop: Loop, interrupted: Interrupted) -> None:
    """What has woken it up is not lost."""
    calls: list[str] = []
    started = threading.Event()
    loop.call_soon(started.set)
    interrupted.thread.start()
    assert started.wait(PROMPTLY)
    time.sleep(0.02)
    assert interrupted.thread.ident is not None
    raising(interrupted.thread.ident)()
    loop.call_soon_threadsafe(calls.append, "woken")
    interrupted.thread.join(PROMPTLY)
    assert (interrupted.ends, calls) == (["interrupted"], [])
    resume_and_stop(loop)
    assert calls == ["woken"]


def test_blocked_loop_that_a_connection_wakes_up(loop: Loop, interrupted: Interrupted) -> None:
    received: list[bytes] = []
    left, right = socket.socketpair()
    with right:

        class Receiver(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                received.append(data)

        transport, _ = run_coroutine(loop, loop.create_connection(Receiver, sock=left))
        interrupted.thread.start()
        time.sleep(0.05)
        assert interrupted.thread.ident is not None
        raising(interrupted.thread.ident)()
        right.send(b"data")
        interrupted.thread.join(PROMPTLY)
        assert (interrupted.ends, received) == (["interrupted"], [])
        resume_and_stop(loop)
        assert received == [b"data"]
        transport.abort()
        resume_and_stop(loop)


def test_inside_a_callback_it_is_that_callbacks(loop: Loop, reported: list[dict[str, Any]]) -> None:
    interrupt = raising(threading.get_ident())

    def callback() -> None:
        interrupt()
        pytest.fail("the callback goes on")

    loop.call_soon(callback)
    resume_and_stop(loop)
    assert [type(context["exception"]) for context in reported] == [TooLong]


def test_inside_a_task_it_is_that_tasks(loop: Loop) -> None:
    interrupt = raising(threading.get_ident())

    async def main() -> None:
        await asyncio.sleep(0)
        interrupt()
        pytest.fail("the task goes on")

    with pytest.raises(TooLong):
        loop.run_until_complete(main())
    resume_and_stop(loop)


def test_inside_a_protocol_it_ends_the_connection(loop: Loop, reported: list[dict[str, Any]]) -> None:
    interrupt = raising(threading.get_ident())
    lost: list[object] = []
    left, right = socket.socketpair()
    with right:

        class Receiver(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                interrupt()
                pytest.fail("the protocol goes on")

            def connection_lost(self, exc: BaseException | None) -> None:
                lost.append(type(exc))

        run_coroutine(loop, loop.create_connection(Receiver, sock=left))
        right.send(b"data")
        resume_and_stop(loop)
    assert lost == [TooLong]
    assert [context["message"] for context in reported] == ["Fatal error: protocol.data_received() call failed."]


def test_inside_an_exception_handler_it_is_logged(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    interrupt = raising(threading.get_ident())

    def handle(_loop: Loop, _context: dict[str, Any]) -> None:
        interrupt()
        pytest.fail("the handler goes on")

    loop.set_exception_handler(handle)
    loop.call_soon(int, "no number")
    resume_and_stop(loop)
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [TooLong]
    caplog.clear()


# Where the engine's own code runs: asyncio is Python code there, in which the exception is reported at any place.


@only_pyloop
@pytest.mark.parametrize("wrapped", [False, True], ids=["function", "partial"])
@pytest.mark.parametrize("scheduled", ["soon", "timer", "threadsafe", "in a context"])
def test_callback_that_has_not_begun_is_put_back(loop: Loop, scheduled: str, wrapped: bool) -> None:
    calls: list[str] = []

    def callback(*arguments: str) -> None:
        calls.extend(arguments)

    run: Any = functools.partial(callback, "partial") if wrapped else callback
    loop.call_soon(raising(threading.get_ident()))
    if scheduled == "soon":
        loop.call_soon(run, "one", "two")
    elif scheduled == "threadsafe":
        loop.call_soon_threadsafe(run, "one", "two")
    elif scheduled == "in a context":
        import contextvars

        loop.call_soon(run, "one", "two", context=contextvars.copy_context())
    else:
        loop.call_at(loop.time() - 1, run, "one", "two")
    loop.call_soon(calls.append, "next")
    with pytest.raises(TooLong):
        loop.run_forever()
    assert calls == ([] if scheduled != "timer" else ["next"])
    resume_and_stop(loop)
    once = ["partial", "one", "two"] if wrapped else ["one", "two"]
    assert calls == (["next", *once] if scheduled == "timer" else [*once, "next"])


@only_pyloop
def test_callback_that_was_put_back_can_be_cancelled(loop: Loop) -> None:
    calls: list[str] = []

    def callback(argument: str) -> None:
        calls.append(argument)

    loop.call_soon(raising(threading.get_ident()))
    handle = loop.call_soon(callback, "one")
    with pytest.raises(TooLong):
        loop.run_forever()
    handle.cancel()
    resume_and_stop(loop)
    assert calls == []


@only_pyloop
def test_callback_that_was_put_back_keeps_its_context(loop: Loop) -> None:
    import contextvars

    variable = contextvars.ContextVar("variable", default="unset")
    seen: list[str] = []

    def callback() -> None:
        seen.append(variable.get())

    loop.call_soon(raising(threading.get_ident()))
    variable.set("set")
    loop.call_soon(callback)
    variable.set("changed")
    with pytest.raises(TooLong):
        loop.run_forever()
    resume_and_stop(loop)
    assert seen == ["set"]


class Receiver(asyncio.Protocol):
    """Notes what it receives, whole."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.received.append(data)


class BufferedReceiver(asyncio.BufferedProtocol):
    """Notes what it receives in its buffer."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.buffer = bytearray(10)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.received.append(bytes(self.buffer[:nbytes]))


class DatagramReceiver(asyncio.DatagramProtocol):
    """Notes the datagrams that it receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.received.append(data)


def interrupt_before_the_data(loop: Loop, protocol: Any) -> None:
    """Data is there: the loop finds it in the iteration in which the exception is raised."""
    time.sleep(0.01)
    loop.call_soon(raising(threading.get_ident()))
    with pytest.raises(TooLong):
        resume_and_stop(loop)
    resume_and_stop(loop)
    assert protocol.received == [b"data"]


@only_pyloop
@pytest.mark.parametrize("protocol_class", [Receiver, BufferedReceiver])
def test_received_data_is_not_lost(loop: Loop, protocol_class: Any) -> None:
    left, right = socket.socketpair()
    with right:
        transport, protocol = run_coroutine(loop, loop.create_connection(protocol_class, sock=left))
        resume_and_stop(loop)
        right.send(b"data")
        interrupt_before_the_data(loop, protocol)
        transport.abort()
        resume_and_stop(loop)


@only_pyloop
def test_decrypted_data_is_not_lost(loop: Loop) -> None:
    served: list[Any] = []

    def serve() -> Any:
        served.append(Receiver())
        return served[-1]

    async def connect() -> tuple[Any, Any, Any]:
        server = await loop.create_server(serve, "127.0.0.1", 0, ssl=server_context())
        address = server.sockets[0].getsockname()
        transport, _ = await loop.create_connection(
            asyncio.Protocol, *address, ssl=client_context(), server_hostname="localhost"
        )
        await asyncio.sleep(0.01)
        return server, transport, served[0]

    server, transport, protocol = run_coroutine(loop, connect())
    loop.call_soon(transport.write, b"data")
    loop.call_soon(loop.stop)
    loop.run_forever()
    interrupt_before_the_data(loop, protocol)
    transport.abort()
    server.close()
    for _ in range(3):
        resume_and_stop(loop)


@only_pyloop
def test_datagram_is_not_lost(loop: Loop) -> None:
    transport, protocol = run_coroutine(
        loop, loop.create_datagram_endpoint(DatagramReceiver, local_addr=("127.0.0.1", 0))
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"data", transport.get_extra_info("sockname"))
        interrupt_before_the_data(loop, protocol)
    transport.close()
    resume_and_stop(loop)


@only_pyloop
def test_data_of_a_pipe_is_not_lost(loop: Loop) -> None:
    read_fd, write_fd = os.pipe()
    with os.fdopen(write_fd, "wb", 0) as writer:
        transport, protocol = run_coroutine(loop, loop.connect_read_pipe(Receiver, os.fdopen(read_fd, "rb", 0)))
        writer.write(b"data")
        interrupt_before_the_data(loop, protocol)
    transport.close()
    resume_and_stop(loop)


@only_pyloop
def test_connection_is_not_lost_before_its_protocol_is_made(loop: Loop) -> None:
    made: list[Receiver] = []

    def make() -> Receiver:
        made.append(Receiver())
        return made[-1]

    server = run_coroutine(loop, loop.create_server(make, "127.0.0.1", 0))
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        time.sleep(0.01)
        loop.call_soon(raising(threading.get_ident()))
        with pytest.raises(TooLong):
            resume_and_stop(loop)
        client.send(b"data")
        resume_and_stop(loop)
        assert [protocol.received for protocol in made] == [[b"data"]]
    resume_and_stop(loop)
    server.close()
    resume_and_stop(loop)
