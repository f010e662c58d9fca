"""The values of `loop._ready` and `loop._selector` for asyncio's code: views of queues and a poller in Java."""

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
    """A view of the ready queue, with those methods of asyncio's deque of handles that are used."""

    def __init__(self, core: LoopCore) -> None:
        self._core = core

    def append(self, handle: asyncio.Handle) -> None:
        """Schedule any `asyncio.Handle`."""
        self._core._enqueue(handle)

    def clear(self) -> None:
        """Drop all scheduled callbacks and timers. asyncio clears both together, and only in `close()`."""
        self._core._clear_scheduled()

    def __len__(self) -> int:
        return self._core._ready_count()

    def __iter__(self) -> Iterator[asyncio.Handle]:
        queued = self._core._scheduled_handles()[: len(self)]
        return (handle for handle in queued if handle is not None)


class EngineSelector(selectors.BaseSelector):
    """A view of the descriptors that the engine polls, in place of asyncio's selector. Closing it closes the engine.

    It cannot register descriptors.
    """

    def __init__(self, core: LoopCore) -> None:
        self._core = core

    def close(self) -> None:
        """Close the engine."""
        self._core._close_engine()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return a snapshot of the registrations by file object and by descriptor. `data` is (reader, writer)."""
        keys: dict[Any, selectors.SelectorKey] = {}
        flat = iter(self._core._registrations())
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

    def select(self, timeout: float | None = None) -> NoReturn:
        """Raise NotImplementedError: the engine polls by itself."""
        self._refuse()

    @staticmethod
    def _refuse() -> NoReturn:
        raise NotImplementedError(
            "PyLoop polls in its engine, not with a selector; use loop.add_reader() and loop.add_writer()"
        )
