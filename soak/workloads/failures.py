"""Callbacks that raise: the loop reports each to its exception handler and goes on."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from ..workload import PlannedError, Workload, expect

if TYPE_CHECKING:
    from random import Random

_FAILURES = 10


class _FailingProtocol(asyncio.Protocol):
    def __init__(self) -> None:
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def data_received(self, _data: bytes) -> None:
        raise PlannedError

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


class Failures(Workload):
    """Of callbacks, timers, readers and protocols."""

    name = "exceptions in callbacks"

    def __init__(self) -> None:
        super().__init__()
        self.reported = 0

    def took_over(self, context: dict[str, object]) -> bool:
        planned = isinstance(context.get("exception"), PlannedError)
        self.reported += planned
        return planned

    async def round(self, random: Random) -> int:
        self.watched["failing callback"] = _fail
        self.reported = 0
        for number in range(_FAILURES):
            self.loop.call_soon(_fail, number)
            self.loop.call_later(random.random() * 0.005, _fail, number)
        await self._failing_reader()
        await self._failing_protocol()
        done = self.loop.create_future()
        self.loop.call_later(0.006, done.set_result, None)
        await done
        expected = 2 * _FAILURES + 2
        expect(self.reported == expected, "failures that were reported:", self.reported, expected)
        return expected

    async def _failing_reader(self) -> None:
        left, right = socket.socketpair()
        with left, right:
            done = self.loop.create_future()

            def fail() -> None:
                self.loop.remove_reader(left)
                done.set_result(None)
                _fail(0)

            self.loop.add_reader(left, fail)
            right.send(b"x")
            await done

    async def _failing_protocol(self) -> None:
        left, right = socket.socketpair()
        left.setblocking(False)
        with right:
            _, protocol = await self.loop.create_connection(_FailingProtocol, sock=left)
            right.send(b"x")
            error: Any = await protocol.lost
        expect(isinstance(error, PlannedError), "a protocol that failed was told", error)
        # The exception's traceback has the protocol, whose future has the exception.
        del protocol.lost


def _fail(_number: int) -> None:
    raise PlannedError
