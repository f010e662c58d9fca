"""Calls of everything the engine shows to Python, with arguments meant to break it: a program for its own process.

`python -m survival.misuse.programs.hostile_calls SEED SECONDS`, with tests/ on PYTHONPATH. Whatever a call does, an
exception or nothing must come of it. A crash ends the process; a `SystemError`, or a fault that the engine reports,
ends it with a traceback. Descriptors are real ones with data to read, and Python code that the engine calls calls the
engine again: it closes the loop, detaches transports, replaces attributes. With `PYLOOP_HOSTILE_TRACE` set to a file
name, each step is written there before it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import faulthandler
import gc
import inspect
import os
import random
import socket
import sys
import time
import warnings
from typing import Any

from data_bridge.pyloop import _engine, new_event_loop
from survival.misuse.programs.hostile_tls import Tls, is_tls, records_into
from survival.misuse.programs.hostile_values import (
    EVENTS,
    SIZES,
    Array,
    BufferedProtocol,
    Call,
    Data,
    Factory,
    File,
    Hooks,
    Number,
    Protocol,
    Same,
    View,
)

READABLE = 3 << 20
"""More bytes than any buffer of the engine holds."""
CONNECTIONS = 3
DEEPEST = 3
STEPS_OF_A_WORLD = 150
LEFT_OUT = {
    "_running_forever",  # with it, one turn of the loop has no end
    "_after_fork_in_child",
    "_inject_faults",  # faults are reported as faults
    "_sock_fd",  # the transport would close any descriptor, standard output for instance
}
TYPES: list[Any] = [value for value in vars(_engine).values() if isinstance(value, type)]
FUNCTIONS = [name for name, value in vars(_engine).items() if inspect.isbuiltin(value) and name not in LEFT_OUT]


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
        self.tls = Tls(self, is_secret=False)
        self.listening, self.below = listening, stream
        self.secured: Any = None
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
                derived: Any = type(cls.__name__, (Hooks, cls), {"world": self})
                instances += [derived.__new__(derived), derived.__new__(derived)]
        for instance in instances:
            self._attach(instance)
        return [*instances, self.loop, self.loop]

    def _attach(self, instance: Any) -> None:
        stream, _, datagram, *_ = self.sockets
        sock = self.choice((datagram, self.udp))
        with contextlib.suppress(TypeError, RuntimeError):
            if is_tls(instance):
                self._attach_tls(instance)
            elif isinstance(instance, _engine.TlsTransportCore):
                instance._ssl_protocol = self.secured
            elif isinstance(instance, _engine.AcceptorCore):
                instance._loop, instance._sock = self.loop, self.listening
                instance._make_protocol = Factory(self)
                instance._server = instance._context = None
                instance._transport_class = type("Accepted", (Hooks, _engine.AcceptedCore), {"world": self})
                instance._most = CONNECTIONS
            elif isinstance(instance, _engine.StreamCore):
                instance._protocol = self.choice((Protocol, BufferedProtocol))(self)
                instance._high_water = 1  # type: ignore[attr-defined]
                instance._attach(self.loop, stream, stream.fileno(), True)
                instance.set_protocol(instance._protocol)
                instance._add_reader()
            elif isinstance(instance, _engine.DatagramCore):
                instance._protocol = Protocol(self)
                instance._high_water = 1  # type: ignore[attr-defined]
                instance._attach(self.loop, sock, sock.fileno(), sock.family, sock is datagram, None, 8)
                instance._add_reader()
            elif isinstance(instance, _engine.WritePipeCore):
                instance._high_water = 1  # type: ignore[attr-defined]
                instance._attach(self.loop, self.writer, True)
            elif isinstance(instance, _engine.ReadPipeCore):
                instance._protocol = Protocol(self)
                instance._fileno = self.reader

    def _attach_tls(self, instance: Any) -> None:
        tls = Tls(self, is_secret=True)
        below, peer = self._keep(*socket.socketpair())
        self.sockets.append(below)
        records_into(peer, tls)
        derived: Any = type("Below", (Hooks, _engine.StreamCore), {"world": self})
        stream = derived.__new__(derived)
        stream._high_water = 1
        stream._attach(self.loop, below, below.fileno(), True)
        tls.attach(instance, stream, self.choice((True, False)))
        stream.set_protocol(instance)
        stream._add_reader()
        self.secured = instance

    def value(self) -> Any:
        """Something to pass, to return or to set."""
        kind = self.choice(range(10))
        if kind == 0:
            return self.choice(SIZES)
        if kind == 9:
            return self.choice((self.tls.protocol, *(lambda one=one: one for one in self.tls.values())))()
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
            calls = (self._call, self._call, self._call, self._function)
            self.choice((*calls, self._set, self._delete, self._turn, self._schedule))()
        except Exception as error:
            text = f"{error!r:.2000}"
            if isinstance(error, SystemError) or "fault in the event loop engine" in text:
                raise AssertionError(text) from error
        finally:
            self.depth -= 1

    def _function(self) -> None:
        """Call a function of the module."""
        name = self.choice(FUNCTIONS)
        function = getattr(_engine, name)
        arguments = [self._fitting(one) for one in inspect.signature(function).parameters]
        if name == "_use_openssl":
            arguments = self.tls.arguments_of_use_openssl()
        wrong = self.choice(range(3 * len(arguments) + 1))
        if wrong < len(arguments):
            arguments[wrong] = self.value()
        if name == "_use_connection":
            arguments[4] = self._descriptor_to_give_away()
        self._note(name, *arguments)
        result = function(*arguments)
        if isinstance(result, tuple) and name == "_connect":
            os.close(result[0])
        elif name == "_use_connection":
            self.instances.append(result)

    def _descriptor_to_give_away(self) -> int:
        """A descriptor that the engine closes, so it must be nobody else's."""
        given: int = self.choice((os.dup(self.below.fileno()), os.dup(self.listening.fileno()), -1, 10**6))
        return given

    def _note(self, *what: Any) -> None:
        if self.trace:
            self.trace.write("  " * self.depth + " ".join(f"{one!r:.80}" for one in what) + "\n")
            self.trace.flush()

    def _owner(self) -> tuple[Any, list[str]]:
        cls = self.choice(TYPES)
        return cls, [name for name in vars(cls) if name not in LEFT_OUT and not name.startswith("__")]

    def _call(self) -> None:
        cls, names = self._owner()
        methods = [name for name in names if callable(getattr(cls, name))]
        name = self.choice(methods or ["cancel"])
        matching = [one for one in (*self.instances, *self.handles[-9:]) if isinstance(one, cls)]
        instance = self.choice(matching) if matching and self.choice(range(9)) else self.value()
        arguments = self._arguments(getattr(cls, name))
        if name == "_run_once":
            self._turn()
            return
        if name == "_send_to_socket":
            arguments = [self._descriptor_to_give_away()]
        if name == "_select":  # it waits as long as it is told
            arguments = [self.choice((0, -1, 1e-3, float("nan"), -float("inf"), "1", b""))]
        self._note(cls.__name__, name, type(instance).__name__, *arguments)
        result = getattr(cls, name)(instance, *arguments)
        if isinstance(result, asyncio.Handle):
            self.handles.append(result)

    def _arguments(self, method: Any) -> list[Any]:
        """Mostly as many as the method takes, and mostly of the kind that it looks into."""
        parameters = list(inspect.signature(method).parameters.values())[1:]
        if not self.choice(range(6)):
            return [self.value() for _ in range(self.choice((0, 1, 2, 3, 4, 7)))]
        names = [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY and one.name != "args"]
        return [self._fitting(name) if self.choice(range(5)) else self.value() for name in names]

    def _fitting(self, parameter: str) -> Any:
        sock = self.choice((*self.sockets, *self.sockets, self.reader, self.writer, self.closed_fd))
        descriptor = sock if isinstance(sock, int) else sock.fileno()
        kinds = {
            "loop": (self.loop,),
            "fd": (descriptor, descriptor, sock),
            "sock": (sock, None),
            "data": (b"data", bytes(300_000), bytearray(5000), Data(self), Array(self), View(self)),
            "addr": (None, self.udp.getsockname(), Same(self)),
            "event": EVENTS[:2],
            "size": SIZES,
            "handle": self.handles[-9:] or (None,),
            "family": (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6),
            "transport": (*self.instances, None),
            "list_of_data": ([b"x" * 5000, bytearray(7)], [Data(self), View(self)]),
            "protocol": (Protocol(self), BufferedProtocol(self)),
            "callbacks": ([Call(self), (Call(self), 1)],),
            "ssl_socket": self.tls.values()[:3],
            "cls": (type("Accepted", (Hooks, _engine.AcceptedCore), {"world": self}), _engine.AcceptedCore),
            "kind": (self.listening, File(self)),
            "names": ((None, None), (("a", 1), ("b", 2)), ("one",)),
            "address": (self.listening.getsockname(), "/nowhere", self.udp.getsockname()),
            "context": (None, contextvars.copy_context()),
            "when": (0.0, 1e-6, 1e300),
            "delay": (0.0, 1e-6, 1e300, -1),
        }
        return self.choice(kinds.get(parameter, (True, False, Call(self))))

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
        # By the type, because the attributes of the loop may be anything by now; without it the loop would wait.
        _engine.LoopCore._enqueue(self.loop, asyncio.Handle(Call(self), (), self.loop))
        _engine.LoopCore._run_once(self.loop)

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


def main(seed: int, seconds: float) -> None:
    """Take steps until the time is over; print how many."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(seconds + 100, exit=True)
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
