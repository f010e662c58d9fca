"""What a TLS transport tells its protocol and its loop, as plain values that are equal on two loops or not."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

from support.event_notes import EventNotes
from support.loop_kinds import Loop, run_coroutine

Note = tuple[Any, ...]
Action = Callable[["TlsNotes"], object]
Scenario = Callable[[Loop], Coroutine[Any, Any, Any]]


def described(error: BaseException | None) -> Note | None:
    """An exception by all that a program can see of it."""
    if error is None:
        return None
    facts: list[Any] = [type(error).__name__, str(error), getattr(error, "errno", None)]
    if isinstance(error, ssl.SSLError):
        facts += [error.library, error.reason]
    if isinstance(error, ssl.SSLCertVerificationError):
        facts += [error.verify_code, error.verify_message]
    return tuple(facts)


async def outcome(operation: Any) -> Any:
    """The description of the exception that an awaitable ends with, or None."""
    try:
        await operation
    except (Exception, asyncio.CancelledError) as error:
        return described(error)
    return None


class TlsNotes(EventNotes, asyncio.BaseProtocol):
    """Notes callbacks, and does in the first of each name what `actions` has for it."""

    transport: asyncio.Transport

    def __init__(self, **actions: Action) -> None:
        super().__init__()
        self.notes: list[Note] = []
        self.data = bytearray()
        self.actions = actions

    def happened(self, name: str, *facts: Any) -> None:
        """Note a callback and do what is planned for it."""
        self.notes.append((name, *facts))
        self.note(name)
        action = self.actions.pop(name, None)
        if action is not None:
            action(self)

    def got(self, data: bytes | memoryview) -> None:
        """Note data, as one event with the data before it: how it is cut is the kernel's matter."""
        self.data += data
        if self.notes and self.notes[-1][0] == "data":
            self.notes[-1] = ("data", self.notes[-1][1] + bytes(data))
        else:
            self.notes.append(("data", bytes(data)))
        self.note("data")
        action = self.actions.pop("data", None)
        if action is not None:
            action(self)

    async def until_lost(self) -> list[Note]:
        """Wait for the end of the connection; returns all notes."""
        await self.until_event("lost")
        return self.notes

    async def until_received(self, count: int) -> None:
        """Wait for that many bytes in all."""
        await self.until(lambda: len(self.data) >= count)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.BaseProtocol."""
        self.transport = transport  # type: ignore[assignment]
        self.happened("made")

    def eof_received(self) -> bool | None:
        """See asyncio.Protocol."""
        self.happened("eof")
        return None

    def pause_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.happened("pause")

    def resume_writing(self) -> None:
        """See asyncio.BaseProtocol."""
        self.happened("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.BaseProtocol."""
        self.happened("lost", described(exc))


class PlainNotes(TlsNotes, asyncio.Protocol):
    """Of a protocol that gets bytes."""

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        assert type(data) is bytes
        assert data
        self.got(data)


class BufferedNotes(TlsNotes, asyncio.BufferedProtocol):
    """Of a protocol that lends a buffer of the size its class has."""

    size = 65536

    def __init__(self, **actions: Action) -> None:
        super().__init__(**actions)
        self.buffer = bytearray(self.size)

    def get_buffer(self, sizehint: int) -> memoryview:
        """See asyncio.BufferedProtocol.

        A view, as asyncio takes slices of what it gets and fills them; those of a bytearray would be copies.
        """
        action = self.actions.pop("buffer", None)
        if action is not None:
            action(self)
        return memoryview(self.buffer)

    def buffer_updated(self, nbytes: int) -> None:
        """See asyncio.BufferedProtocol."""
        assert 0 < nbytes <= len(self.buffer)
        self.got(memoryview(self.buffer)[:nbytes])


def buffered(size: int) -> type[BufferedNotes]:
    """A protocol class with a buffer of this size."""
    return type(f"Buffered{size}", (BufferedNotes,), {"size": size})


def observed(loop: Loop, scenario: Scenario) -> tuple[Any, list[Note]]:
    """What a scenario returns on a loop, and what is reported to the exception handler meanwhile."""
    reported: list[Note] = []

    def report(_loop: Loop, context: dict[str, Any]) -> None:
        reported.append((context["message"], described(context.get("exception")), sorted(context)))

    loop.set_exception_handler(report)

    async def main() -> Any:
        result = await scenario(loop)
        for _ in range(5):
            await asyncio.sleep(0)
        return result

    return run_coroutine(loop, main()), reported


def same_on_asyncio(loop: Loop, scenario: Scenario, *, reports: bool = True) -> tuple[Any, list[Note]]:
    """Run a scenario on stock asyncio and on the loop under test, which must observe the same; returns it.

    Without `reports`, what goes to the exception handler is not compared: asyncio may fail within itself.
    """
    stock = asyncio.SelectorEventLoop()
    try:
        expected = observed(stock, scenario)
    finally:
        stock.close()
    found = observed(loop, scenario)
    if not reports:
        expected, found = (expected[0], []), (found[0], [])
    assert found == expected, f"observed {found!r:.3000}\ninstead of {expected!r:.3000}"
    return found
