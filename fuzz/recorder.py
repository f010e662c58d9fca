"""What one run observed: lanes of events, exceptions in a normal form. Written by the loop's thread."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from contextvars import ContextVar
from typing import Any

VAR: ContextVar[int] = ContextVar("fuzz", default=-1)
"""Set all over a program; its value is part of every event, so that a wrong context shows."""

Lanes = dict[str, list[Any]]

READY = "ready"
COLLECTED = "collected"
# The engine's transports are classes of their own, and report what protocols raise themselves. In asyncio that is the
# handle of a reader or writer, without a callback if the transport has taken it away meanwhile.
_TRANSPORT = re.compile(r"Exception in callback (.*(Tran|_SelectorSoc)|None\(\)).*", re.DOTALL)
_OF_TRANSPORT = "Exception in callback of a transport"
_ADDRESS = re.compile(r"0x[0-9a-f]+|\bfd=\d+|\('127\.0\.0\.1', \d+\)")


class PlantedError(Exception):
    """An exception that the program raises. It knows the lane it belongs to."""

    lane = READY


class PlantedBase(BaseException):
    """One that is no `Exception`."""

    lane = READY


class PlantedExit(SystemExit):
    """One that leaves `run_forever`."""

    lane = READY


def text(exc: BaseException | None) -> str:
    """An exception by type and message, and by its parts if it is a group."""
    if exc is None:
        return "none"
    if isinstance(exc, RecursionError):
        return "RecursionError"  # the text says where the limit was met, in Python or at a call of C
    if isinstance(exc, BaseExceptionGroup):
        return f"{type(exc).__name__}({', '.join(map(text, exc.exceptions))})"
    return f"{type(exc).__name__}: {normal(str(exc))}"


def normal(message: str) -> str:
    """Without what differs from run to run: addresses, descriptors, ports."""
    return _ADDRESS.sub("_", _TRANSPORT.sub(_OF_TRANSPORT, message))


class _Data:
    """Chunks that follow each other."""

    def __init__(self) -> None:
        self.length = 0
        self.checksum = 0

    def plain(self) -> tuple[str, int, int]:
        return ("data", self.length, self.checksum)


class Recorder:
    """The lanes of one run."""

    def __init__(self) -> None:
        self._lanes: defaultdict[str, list[Any]] = defaultdict(list)
        self.in_any_context: set[str] = set()
        """Lanes whose events may happen in one context or another."""

    def add(self, lane: str, *event: Any) -> None:
        """Note an event and the context it happened in."""
        self._lanes[lane].append(event if lane in self.in_any_context else (*event, VAR.get()))

    def add_data(self, lane: str, data: bytes | bytearray | memoryview) -> None:
        """Note data, merged with what the lane ends with."""
        events = self._lanes[lane]
        if not events or not isinstance(events[-1], _Data):
            events.append(_Data())
        events[-1].length += len(data)
        events[-1].checksum = zlib.crc32(data, events[-1].checksum)

    def forget_data(self, lane: str) -> None:
        """Take back the data that a lane ends with."""
        events = self._lanes[lane]
        if events and isinstance(events[-1], _Data):
            events.pop()

    def count(self, lane: str) -> int:
        """The number of events in a lane."""
        return len(self._lanes[lane])

    def lanes(self) -> Lanes:
        """All lanes; those that are multisets are sorted."""
        lanes = {
            name: [event.plain() if isinstance(event, _Data) else event for event in events]
            for name, events in self._lanes.items()
            if events
        }
        for name in (COLLECTED, "log"):
            if name in lanes:
                lanes[name].sort(key=repr)
        return lanes

    def handle_exception(self, context: dict[str, Any]) -> None:
        """Note a call of the loop's exception handler in the lane of the exception."""
        exc = context.get("exception")
        message = normal(context.get("message", ""))
        if "never retrieved" in message or "destroyed" in message or "never yielded" in message:
            self._lanes[COLLECTED].append((message, text(exc)))
        else:
            keys = [] if message == _OF_TRANSPORT else sorted(context)
            self.add(getattr(exc, "lane", "errors"), "handler", message, text(exc), keys)
