"""Calls of everything the engine shows to Python, with arguments meant to break it: a program for a process of its own.

`python hostile_calls.py SEED SECONDS`. Whatever a call does, an exception or nothing must come of it. A crash ends the
process; a `SystemError`, or a fault that the engine reports, ends it with a traceback. Descriptors are real ones with
data to read, and Python code that the engine calls calls the engine again: it closes the loop, detaches transports,
replaces attributes. With `PYLOOP_HOSTILE_TRACE` set to the name of a file, each step is written there before it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import faulthandler
import gc
import os
import random
import select
import socket
import sys
import time
import warnings
from typing import Any

from data_bridge.pyloop import _engine, new_event_loop

READABLE = 3 << 20
"""More than any buffer of the engine's."""
CONNECTIONS = 3
DEEPEST = 3
STEPS_OF_A_WORLD = 150
LEFT_OUT = {
    "_running_forever",  # with it, one turn of the loop has no end
    "_after_fork_in_child",
    "_inject_faults",  # faults are reported as faults
}
SIZES = (
    *(0, 1, _engine.LARGEST_RECEIVE - 1, _engine.LARGEST_RECEIVE, _engine.LARGEST_RECEIVE + 1, READABLE, 8 << 20),
    *(2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**64, -1, -(2**31), -(2**63), -(2**63) - 1),
)
EVENTS = (select.EPOLLIN, select.EPOLLOUT, select.EPOLLIN | select.EPOLLOUT, select.EPOLLET, select.EPOLLONESHOT)
TYPES = [value for value in vars(_engine).values() if isinstance(value, type)]


class World:
    """A loop, what it is used with, and the steps that are taken with it."""

    def __init__(self, choice: Any, trace: Any) -> None:
        self.choice = choice
        self.trace = trace
        self.depth = 0
        self.renew()

    def renew(self) -> None:
        """Everything anew, as far as the last steps have left it unusable."""
        self.loop: Any = new_event_loop()
        self.loop.set_exception_handler(lambda _loop, _context: None)
        self.files: list[Any] = []
        stream, peer = self._keep(*socket.socketpair())
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * READABLE)
        self._fill(peer.send, bytes(1 << 16), READABLE >> 16)
        datagram, sender = self._keep(*socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        self._fill(sender.send, bytes(2000), 8)
        self.udp = self._keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))[0]
        self.udp.bind(("127.0.0.1", 0))
        self._fill(lambda data: self.udp.sendto(data, self.udp.getsockname()), b"datagram", 8)
        listening = self._keep(socket.create_server(("127.0.0.1", 0)))[0]
        for _ in range(CONNECTIONS):
            client = self._keep(socket.socket())[0]
            with contextlib.suppress(BlockingIOError):
                client.connect(listening.getsockname())
        self.reader, self.writer = os.pipe()
        for fd in (self.reader, self.writer):
            os.set_blocking(fd, False)
        self._fill(lambda data: os.write(self.writer, data), bytes(4096), 100)
        closed = socket.socket()
        self.closed_fd = closed.fileno()
        closed.close()
        self.sockets = [stream, peer, datagram, sender, self.udp, listening]
        self.instances = self._instances()
        self.handles: list[Any] = []

    def _keep(self, *files: Any) -> tuple[Any, ...]:
        for file in files:
            file.setblocking(False)
        self.files += files
        return files

    @staticmethod
    def _fill(send: Any, data: bytes, count: int) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(count):
                send(data)

    def end(self) -> None:
        """Close what can be closed."""
        self.depth = DEEPEST
        with contextlib.suppress(Exception):
            self.loop.close()
        with contextlib.suppress(Exception):
            self.loop._close_engine()
        self.instances.clear()
        self.handles.clear()
        for file in self.files:
            file.close()
        for fd in (self.reader, self.writer):
            os.close(fd)
        gc.collect()
        self.depth = 0

    def _instances(self) -> list[Any]:
        """An object of each type, bare, and one of a class that does what the engine's own subclasses do."""
        instances: list[Any] = [cls.__new__(cls) for cls in TYPES]
        for cls in TYPES:
            with contextlib.suppress(TypeError):  # a loop is none without its constructor
                derived = type(cls.__name__, (Hooks, cls), {"world": self})
                instances += [derived.__new__(derived), derived.__new__(derived)]
        for instance in instances:
            self._attach(instance)
        return [*instances, self.loop, self.loop]

    def _attach(self, instance: Any) -> None:
        stream, _, datagram, *_ = self.sockets
        sock = self.choice((datagram, self.udp))
        with contextlib.suppress(TypeError, RuntimeError):
            if isinstance(instance, _engine.StreamCore):
                instance._protocol = self.choice((Protocol, BufferedProtocol))(self)
                instance._high_water = 1
                instance._attach(self.loop, stream, stream.fileno(), True)
                instance.set_protocol(instance._protocol)
                instance._add_reader()
            elif isinstance(instance, _engine.DatagramCore):
                instance._protocol = Protocol(self)
                instance._attach(self.loop, sock, sock.fileno(), sock.family, sock is datagram, None, 8)
                instance._add_reader()
            elif isinstance(instance, _engine.PipeWriterCore):
                instance._high_water = 1
                instance._attach(self.loop, self.writer, True)
            elif isinstance(instance, _engine.PipeReaderCore):
                instance._protocol = Protocol(self)
                instance._fileno = self.reader

    def value(self) -> Any:
        """Something to pass, to return or to set."""
        kind = self.choice(range(9))
        if kind == 0:
            return self.choice(SIZES)
        if kind == 1:
            return self.choice(EVENTS)
        if kind == 2:
            return self.choice((*self.sockets, *self.instances, self.loop, self.loop, self.loop))
        if kind == 3:
            return self.choice(
                (*(sock.fileno() for sock in self.sockets), self.reader, self.writer, self.closed_fd, 10**6, 2**31 - 2)
            )
        if kind == 4:
            return self.choice((None, True, False, 1.5, float("nan"), float("inf"), "x", (), (1, 2), [], {}, object()))
        if kind == 5:
            return self.choice((b"", b"data", bytes(5000), bytearray(300_000), memoryview(bytes(9))[::2], [b"a", b"b"]))
        if kind == 6:
            return self.choice((("127.0.0.1", 9), ("::1", 9, 0, 0), "/nowhere", b"\0x", self.udp.getsockname()))
        if kind == 7:
            return self.choice((Number(self), Data(self), Array(self), View(self), File(self), Same(self), Call(self)))
        return self._object_of_the_loop()

    def _object_of_the_loop(self) -> Any:
        candidates = [
            asyncio.Handle(Call(self), (), self.loop),
            asyncio.TimerHandle(self.choice((0.0, 1e300)), Call(self), (), self.loop),
            contextvars.copy_context(),
            *self.handles[-5:],
        ]
        with contextlib.suppress(Exception):
            candidates.append(self.loop.create_future())
        return self.choice(candidates)

    def step(self) -> None:
        """Do one hostile thing, from wherever this is called."""
        if self.depth >= DEEPEST:
            return
        self.depth += 1
        try:
            self.choice((self._call, self._call, self._call, self._set, self._delete, self._turn, self._schedule))()
        except Exception as error:
            text = f"{error!r:.2000}"
            assert not isinstance(error, SystemError), text
            assert "fault in the event loop engine" not in text, text
        finally:
            self.depth -= 1

    def _note(self, *what: Any) -> None:
        if self.trace:
            self.trace.write("  " * self.depth + " ".join(f"{one!r:.80}" for one in what) + "\n")
            self.trace.flush()

    def _owner(self) -> tuple[Any, list[str]]:
        cls = self.choice(TYPES)
        return cls, [name for name in vars(cls) if name not in LEFT_OUT and not name.startswith("__")]

    def _call(self) -> None:
        cls, names = self._owner()
        name = self.choice([name for name in names if callable(getattr(cls, name))] or ["__class__"])
        matching = [one for one in (*self.instances, *self.handles[-9:]) if isinstance(one, cls)]
        instance = self.choice(matching) if matching and self.choice(range(9)) else self.value()
        arguments = [self.value() for _ in range(self.choice((0, 1, 1, 2, 2, 3, 4, 7)))]
        if name == "_attach":
            arguments[:1] = [self.loop]
        if name == "_run_once":
            self._turn()
            return
        self._note(cls.__name__, name, type(instance).__name__, *arguments)
        result = getattr(cls, name)(instance, *arguments)
        if isinstance(result, asyncio.Handle):
            self.handles.append(result)

    def _set(self) -> None:
        cls, names = self._owner()
        instance = self.choice([one for one in (*self.instances, *self.handles) if isinstance(one, cls)])
        name, value = self.choice((*names, "time", "_roots", "_callback", "_args", "_when", "_scheduled")), self.value()
        self._note("set", type(instance).__name__, name, value)
        setattr(instance, name, value)

    def _delete(self) -> None:
        cls, names = self._owner()
        instance = self.choice([one for one in (*self.instances, *self.handles) if isinstance(one, cls)])
        name = self.choice((*names, "time", "_task_factory", "_callback", "_cancelled", "_repr", "_high_water"))
        self._note("del", type(instance).__name__, name)
        delattr(instance, name)

    def _turn(self) -> None:
        """One iteration that does not wait."""
        self._note("turn")
        self.loop._running_forever = False
        self.loop.call_soon(Call(self))
        self.loop._run_once()

    def _schedule(self) -> None:
        method = self.choice((self.loop.call_soon, self.loop.call_soon_threadsafe, self.loop.create_task))
        self._note("schedule", method)
        if method is self.loop.create_task:
            method(_coroutine(self))
        else:
            self.handles.append(method(Call(self), *[self.value() for _ in range(self.choice((0, 1, 3, 4)))]))


async def _coroutine(world: World) -> None:
    world.step()
    await asyncio.sleep(0)
    world.step()


class Hooks:
    """What the engine calls of its own Python subclasses."""

    world: World
    max_size = _engine.LARGEST_RECEIVE

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "world":
            raise AttributeError(name)
        return Call(self.world)


class Call:
    """Takes steps when it is called."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, *_arguments: Any, **_keywords: Any) -> Any:
        self.world.step()
        return self.world.choice((None, None, False, 0))


class Protocol(asyncio.Protocol):
    """Takes steps whenever it is told something."""

    def __init__(self, world: World) -> None:
        self.world = world

    def data_received(self, _data: bytes) -> None:
        self.world.step()

    def datagram_received(self, _data: bytes, _address: Any) -> None:
        self.world.step()

    def error_received(self, _error: Exception) -> None:
        self.world.step()


class BufferedProtocol(asyncio.BufferedProtocol):
    """Takes steps, and gives odd buffers."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get_buffer(self, _size: int) -> Any:
        self.world.step()
        return self.world.choice((bytearray(1), bytearray(1 << 20), bytearray(), b"fixed", None, View(self.world)))

    def buffer_updated(self, _count: int) -> None:
        self.world.step()


class Number:
    """Takes steps when it is asked for its value."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __index__(self) -> int:
        self.world.step()
        return self.world.choice((*SIZES, *EVENTS, self.world.reader))

    def __float__(self) -> float:
        self.world.step()
        return self.world.choice((0.0, -1.0, float("nan")))


class Data(bytes):
    """Takes steps when it is asked for its length."""

    world: World

    def __new__(cls, world: World) -> Data:
        data = super().__new__(cls, b"some data")
        data.world = world
        return data

    def __len__(self) -> int:
        self.world.step()
        return self.world.choice((0, 1, 10**9))


class Array(bytearray):
    """Takes steps when it is asked for its length."""

    def __init__(self, world: World) -> None:
        super().__init__(b"some data")
        self.world = world

    def __len__(self) -> int:
        self.world.step()
        return self.world.choice((0, 1, 10**9))


class View:
    """Takes steps when its buffer is asked for, from Python 3.12 on."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __buffer__(self, _flags: int) -> memoryview:
        self.world.step()
        return memoryview(bytearray(100))

    def __release_buffer__(self, _view: memoryview) -> None:
        self.world.step()


class File:
    """Takes steps when it is asked for its descriptor."""

    def __init__(self, world: World) -> None:
        self.world = world

    def fileno(self) -> Any:
        self.world.step()
        return self.world.choice((self.world.reader, self.world.udp.fileno(), -1, None))


class Same:
    """Takes steps when it is compared."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __eq__(self, _other: object) -> bool:
        self.world.step()
        return True

    __hash__ = None  # type: ignore[assignment]


def main(seed: int, seconds: float) -> None:
    """Take steps until the time is over; print how many."""
    faulthandler.enable()
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _arguments: None
    name = os.environ.get("PYLOOP_HOSTILE_TRACE")
    with open(name, "w", encoding="utf-8") if name else contextlib.nullcontext() as trace:
        choice = random.Random(seed).choice
        end = time.monotonic() + seconds
        steps = worlds = 0
        while time.monotonic() < end:
            world = World(choice, trace)
            for _ in range(STEPS_OF_A_WORLD):
                world.step()
                steps += 1
            world.end()
            worlds += 1
        print("steps", steps, "worlds", worlds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
