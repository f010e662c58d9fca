"""What asyncio's loop expects behind `_ready` and `_selector`, over queues and a poller that are in Java."""

from __future__ import annotations

import selectors

from ._asyncio_internals import file_descriptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator, Mapping
    from typing import Any, NoReturn

    from _typeshed import FileDescriptorLike

    from ._engine import LoopCore


class ReadyQueueView:
    """The ready queue, as far as code written for asyncio's deque of handles uses it."""

    def __init__(self, core: LoopCore) -> None:
        self._core = core

    def append(self, handle: asyncio.Handle) -> None:
        """Schedule any `asyncio.Handle`."""
        self._core._enqueue(handle)

    def clear(self) -> None:
        """Drop all scheduled callbacks, timers included; asyncio clears both together, and only in `close()`."""
        self._core._clear_scheduled()

    def __len__(self) -> int:
        return self._core._ready_count()

    def __iter__(self) -> Iterator[asyncio.Handle]:
        queued = self._core._scheduled_handles()[: len(self)]
        return (handle for handle in queued if handle is not None)


class EngineSelector(selectors.BaseSelector):
    """Stands where asyncio keeps its selector: shows what the engine polls, and closes the engine with itself.

    Nothing can be registered through it.
    """

    def __init__(self, core: LoopCore) -> None:
        self._core = core

    def close(self) -> None:
        """Close the engine."""
        self._core._close_engine()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return a snapshot of the registrations by file object and by descriptor; data is (reader, writer)."""
        keys: dict[Any, selectors.SelectorKey] = {}
        flat = iter(self._core._registrations())
        for fileobj, fd, reader, writer in zip(flat, flat, flat, flat, strict=True):
            events = (selectors.EVENT_READ if reader else 0) | (selectors.EVENT_WRITE if writer else 0)
            key = selectors.SelectorKey(fileobj, fd, events, (reader, writer))
            keys[fd] = keys[fileobj] = key
        return keys

    def get_key(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        """Return the registration of a file object or descriptor; raise KeyError if there is none."""
        keys = self.get_map()
        return keys[fileobj if fileobj in keys else file_descriptor(fileobj)]

    def register(self, fileobj: FileDescriptorLike, events: int, data: object = None) -> NoReturn:
        """Refuse: the loop's methods register."""
        self._refuse()

    def unregister(self, fileobj: FileDescriptorLike) -> NoReturn:
        """Refuse: the loop's methods unregister."""
        self._refuse()

    def select(self, timeout: float | None = None) -> NoReturn:
        """Refuse: the engine polls by itself."""
        self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise NotImplementedError(
            "PyLoop polls in its engine, not with a selector; use loop.add_reader() and loop.add_writer()"
        )
