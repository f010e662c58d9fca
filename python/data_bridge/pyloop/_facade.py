"""The values of `loop._ready`, `loop._scheduled` and `loop._selector`: views of queues and a poller in Java.

asyncio's own code uses them, and so do tools: some look at what is queued, some run iterations of their own, in the way
of `BaseEventLoop._run_once`. All belongs to the loop's thread.
"""

from __future__ import annotations

import selectors
from asyncio import events
from collections.abc import MutableSequence

from ._asyncio_internals import file_descriptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, NoReturn

    from _typeshed import FileDescriptorLike

    from ._loop import PyLoop

    _Handles = MutableSequence[asyncio.Handle]
    _Timers = list[asyncio.TimerHandle]
else:
    _Handles = MutableSequence
    _Timers = list


class ReadyQueueView(_Handles):
    """A view of the ready queue, with the methods of asyncio's deque of handles.

    A transport that has something to do is in the queue, too; its handle is made when it is looked at. A timer that is
    appended before it is due leaves the timers.
    """

    maxlen = None

    def __init__(self, loop: PyLoop) -> None:
        self._loop = loop

    def __len__(self) -> int:
        return self._loop._ready_count()

    def __iter__(self) -> Iterator[asyncio.Handle]:
        return iter(self.copy())

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an int; like a deque, it takes no slice
        return self.copy()[index.__index__()]

    def __setitem__(self, index: Any, handle: Any) -> None:  # noqa: ANN401
        position = self._position(index)
        self._loop._take_ready(position)
        self._loop._insert_ready(position, handle)

    def __delitem__(self, index: Any) -> None:  # noqa: ANN401
        self._loop._take_ready(self._position(index))

    def _position(self, index: int) -> int:
        return index + len(self) if index < 0 else index

    def append(self, handle: asyncio.Handle) -> None:
        """Schedule any `asyncio.Handle`."""
        self._loop._enqueue(handle)

    def appendleft(self, handle: asyncio.Handle) -> None:
        """Schedule any `asyncio.Handle` before all others."""
        self._loop._insert_ready(0, handle)

    def extendleft(self, handles: Iterable[asyncio.Handle]) -> None:
        """Schedule any handles, each before all others."""
        for handle in handles:
            self.appendleft(handle)

    def insert(self, index: int, handle: asyncio.Handle) -> None:
        """Schedule any `asyncio.Handle` before the one at an index."""
        size = len(self)
        self._loop._insert_ready(max(0, index + size) if index < 0 else min(index, size), handle)

    def pop(self, index: int = -1) -> asyncio.Handle:
        """Remove and return the handle at an index, by default the last. Raises IndexError if there is none."""
        return self._loop._take_ready(self._position(index)) or self._nothing()

    def popleft(self) -> asyncio.Handle:
        """Remove and return the handle that is the next to run. Raises IndexError if there is none."""
        return self._loop._take_ready(0) or self._nothing()

    def rotate(self, n: int = 1) -> None:
        """Move handles from the end to the beginning, or `-n` from the beginning to the end."""
        for _ in range(n % len(self) if self else 0):
            self.appendleft(self.pop())

    def copy(self) -> list[asyncio.Handle]:
        """Return a list of the handles."""
        return [handle or self._nothing() for handle in self._loop._ready_handles()]

    def clear(self) -> None:
        """Drop all scheduled callbacks and timers. asyncio clears both together, and only in `close()`."""
        self._loop._clear_scheduled()

    def _nothing(self) -> asyncio.Handle:
        handle = events.Handle(int, (), self._loop, None)
        handle.cancel()
        return handle


class TimersView(_Timers):
    """The timers that are not due, in the order of a heap: a list, because `heapq` takes nothing else.

    Each use of `loop._scheduled` makes a new one. What was removed from it or added to it is carried out when it is
    dropped: right after the call in `heapq.heappop(loop._scheduled)`.
    """

    __slots__ = ("_loop", "_shown")

    def __init__(self, loop: PyLoop) -> None:
        super().__init__(loop._timer_handles())
        self._loop = loop
        self._shown = self[:]

    def __del__(self) -> None:
        if len(self) != len(self._shown):
            left, shown = {*map(id, self)}, {*map(id, self._shown)}
            for handle in self._shown:
                if id(handle) not in left:
                    self._loop._remove_timer(handle)
            for handle in self:
                if id(handle) not in shown:
                    self._loop._enqueue_timer(handle)


class EngineSelector(selectors.BaseSelector):
    """A view of the descriptors that the engine polls, in place of asyncio's selector. Closing it closes the engine.

    It cannot register descriptors.
    """

    def __init__(self, loop: PyLoop) -> None:
        self._loop = loop

    def close(self) -> None:
        """Close the engine."""
        self._loop._close_engine()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return a snapshot of the registrations by file object and by descriptor. `data` is (reader, writer)."""
        keys: dict[Any, selectors.SelectorKey] = {}
        flat = iter(self._loop._registrations())
        for fileobj, fd, reader, writer in zip(flat, flat, flat, flat, strict=True):
            events = (selectors.EVENT_READ if reader else 0) | (selectors.EVENT_WRITE if writer else 0)
            key = selectors.SelectorKey(fileobj, fd, events, (reader, writer))
            keys[fd] = keys[fileobj] = key
        return keys

    def get_key(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        """Return the registration of a file object or descriptor. Raise KeyError if there is none."""
        keys = self.get_map()
        return keys[fileobj if fileobj in keys else file_descriptor(fileobj)]

    def register(self, fileobj: FileDescriptorLike, events: int, data: object = None) -> NoReturn:
        """Raise NotImplementedError: use the loop's methods."""
        self._refuse()

    def unregister(self, fileobj: FileDescriptorLike) -> NoReturn:
        """Raise NotImplementedError: use the loop's methods."""
        self._refuse()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events, `timeout` seconds at most, and schedule what they are for. The result is always empty.

        Without a timeout there is no limit; zero or less does not wait.
        """
        self._loop._select(timeout)
        return []

    @staticmethod
    def _refuse() -> NoReturn:
        raise NotImplementedError(
            "PyLoop polls in its engine, not with a selector; use loop.add_reader() and loop.add_writer()"
        )
