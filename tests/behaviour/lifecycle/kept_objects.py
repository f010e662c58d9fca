"""Objects of many kinds are used, brought to an end and dropped: who survives?"""

import asyncio
import gc
import warnings
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

from support.loop_kinds import PROMPTLY, Loop, without_collector


class Seen:
    """Weak references to the objects of a scenario."""

    def __init__(self) -> None:
        self.references: dict[str, Callable[[], object]] = {}
        self.held: list[object] = []  # until the loop is closed

    def note(self, **objects: object) -> None:
        for name, noted in objects.items():
            self.references[name] = weakref.ref(noted)

    def alive(self) -> list[str]:
        return sorted(name for name, reference in self.references.items() if reference() is not None)


Scenario = Callable[[Seen], Coroutine[Any, Any, None]]


class Talker(asyncio.Protocol):
    """Refers to its transport, as most protocols do."""

    transport: Any = None

    def __init__(self) -> None:
        self.lost = asyncio.get_running_loop().create_future()
        self.received = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.received.done():
            self.received.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.transport = None
        if not self.lost.done():
            self.lost.set_result(None)


class BufferedTalker(Talker, asyncio.BufferedProtocol):
    """Has a buffer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = bytearray(100)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(b"")


async def pass_iterations(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def within_time(waited: Any) -> Any:
    return await asyncio.wait_for(waited, PROMPTLY)


def survivors(new_event_loop: Callable[[], Loop], scenario: Scenario, debug: bool) -> tuple[list[str], list[str]]:
    """What reference counting has not freed at the end of the scenario, and once the loop is closed and dropped."""
    seen = Seen()
    with without_collector(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        loop = new_event_loop()
        loop.set_debug(debug)
        loop.run_until_complete(scenario(seen))
        loop.run_until_complete(pass_iterations())
        open_loop = seen.alive()
        loop.close()
        seen.held.clear()
        seen.note(loop=loop)
        del loop
        closed_loop = seen.alive()
        gc.collect()
        assert seen.alive() == []
    return open_loop, closed_loop
