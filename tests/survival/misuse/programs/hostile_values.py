"""Objects for `hostile_calls`: each runs Python code at a moment at which the engine might not expect it."""

from __future__ import annotations

import asyncio
import select
from typing import TYPE_CHECKING, Any
from typing import Protocol as Interface

from data_bridge.pyloop import _engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

SIZES = (
    *(0, 1, _engine.LARGEST_RECEIVE - 1, _engine.LARGEST_RECEIVE, _engine.LARGEST_RECEIVE + 1, 3 << 20, 8 << 20),
    *(2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**64, -1, -(2**31), -(2**63), -(2**63) - 1),
)
EVENTS = (select.EPOLLIN, select.EPOLLOUT, select.EPOLLIN | select.EPOLLOUT, select.EPOLLET, select.EPOLLONESHOT)


class Steps(Interface):
    """What takes the steps."""

    choice: Callable[..., Any]
    loop: Any
    reader: int
    udp: Any

    def step(self) -> None:
        """Do one hostile thing."""


class Hooks:
    """What the engine calls of its own Python subclasses."""

    world: Steps
    max_size = _engine.LARGEST_RECEIVE

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "world":
            raise AttributeError(name)
        return Call(self.world)


class Call:
    """Takes steps when it is called."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def __call__(self, *_arguments: Any, **_keywords: Any) -> Any:
        self.world.step()
        return self.world.choice((None, None, False, 0))


class Factory:
    """Takes steps, and makes protocols."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def __call__(self) -> Any:
        self.world.step()
        return self.world.choice((Protocol(self.world), BufferedProtocol(self.world), None))


class Protocol(asyncio.Protocol):
    """Takes steps whenever it is told something."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def data_received(self, _data: bytes) -> None:
        self.world.step()

    def datagram_received(self, _data: bytes, _address: Any) -> None:
        self.world.step()

    def error_received(self, _error: Exception) -> None:
        self.world.step()


class BufferedProtocol(asyncio.BufferedProtocol):
    """Takes steps, and gives odd buffers."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def get_buffer(self, _size: int) -> Any:
        self.world.step()
        return self.world.choice((bytearray(1), bytearray(1 << 20), bytearray(), b"fixed", None, View(self.world)))

    def buffer_updated(self, _count: int) -> None:
        self.world.step()


class Number:
    """Takes steps when it is asked for its value."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def __index__(self) -> Any:
        self.world.step()
        return self.world.choice((*SIZES, *EVENTS, self.world.reader))

    def __float__(self) -> Any:
        self.world.step()
        return self.world.choice((0.0, -1.0, float("nan")))


class Data(bytes):
    """Takes steps when it is asked for its length."""

    world: Steps

    def __new__(cls, world: Steps) -> Self:
        data = super().__new__(cls, b"some data")
        data.world = world
        return data

    def __len__(self) -> Any:
        self.world.step()
        return self.world.choice((0, 1, 10**5))


class Array(bytearray):
    """Takes steps when it is asked for its length."""

    def __init__(self, world: Steps) -> None:
        super().__init__(b"some data")
        self.world = world

    def __len__(self) -> Any:
        self.world.step()
        return self.world.choice((0, 1, 10**5))


class View:
    """Takes steps when its buffer is asked for, from Python 3.12 on."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def __buffer__(self, _flags: int) -> memoryview:
        self.world.step()
        return memoryview(bytearray(100))

    def __release_buffer__(self, _view: memoryview) -> None:
        self.world.step()


class File:
    """Takes steps when it is asked for its descriptor."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def fileno(self) -> Any:
        self.world.step()
        return self.world.choice((self.world.reader, self.world.udp.fileno(), -1, None))


class Same:
    """Takes steps when it is compared."""

    def __init__(self, world: Steps) -> None:
        self.world = world

    def __eq__(self, _other: object) -> bool:
        self.world.step()
        return True

    __hash__ = None  # type: ignore[assignment]
