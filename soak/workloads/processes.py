"""Pipes, subprocesses and signals."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from ..workload import Workload, expect
from .streams import PATTERN

if TYPE_CHECKING:
    from random import Random

_LARGEST = 150_000


class Pipes(Workload):
    """A pipe with a transport at either end."""

    name = "pipes"

    async def round(self, random: Random) -> int:
        read_end, write_end = os.pipe()
        reader = asyncio.StreamReader()
        reading, _ = await self.loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
        )
        writing, protocol = await self.loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(write_end, "wb", 0)
        )
        writer = asyncio.StreamWriter(writing, protocol, None, self.loop)
        size = int(_LARGEST ** random.random())
        data = PATTERN[:size]
        writer.write(data)
        answer, _ = await asyncio.gather(reader.readexactly(size), writer.drain())
        expect(answer == data, "a pipe changed its data, of size", size)
        writing.close()
        expect(await reader.read() == b"", "a pipe has data behind its end")
        reading.close()
        return 2


class Subprocesses(Workload):
    """One that echoes, one with an exit status, one that is killed."""

    name = "subprocesses"

    async def round(self, random: Random) -> int:
        pipe = asyncio.subprocess.PIPE
        data = PATTERN[: int(_LARGEST ** random.random())]
        cat = await asyncio.create_subprocess_exec("cat", stdin=pipe, stdout=pipe)
        answer, _ = await cat.communicate(data)
        expect(answer == data and cat.returncode == 0, "cat returned", cat.returncode, len(data))
        status = random.randrange(1, 100)
        shell = await asyncio.create_subprocess_exec("sh", "-c", f"echo no >&2; exit {status}", stderr=pipe)
        _, complaint = await shell.communicate()
        expect((shell.returncode, complaint) == (status, b"no\n"), "sh returned", shell.returncode, status, complaint)
        sleeper = await asyncio.create_subprocess_exec("sleep", "1000")
        sleeper.kill()
        expect(await sleeper.wait() == -signal.SIGKILL, "a killed process returned", sleeper.returncode)
        return 3


class Signals(Workload):
    """A handler of the loop, and one of `signal.signal`."""

    name = "signals"

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        await super().open(loop)
        self.came: list[int] = []
        self.event = asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, self._note, signal.SIGUSR1)
        self.before = signal.signal(signal.SIGUSR2, self._note_from_python)

    def _note(self, number: int) -> None:
        self.came.append(number)
        self.event.set()

    def _note_from_python(self, number: int, _frame: object) -> None:
        self.came.append(number)
        self.loop.call_soon_threadsafe(self.event.set)

    async def round(self, random: Random) -> int:
        numbers = [random.choice((signal.SIGUSR1, signal.SIGUSR2)) for _ in range(10)]
        for number in numbers:
            self.event.clear()
            os.kill(os.getpid(), number)
            await self.event.wait()
        came = self.came.copy()
        self.came.clear()
        expect(came == numbers, "signals came as", came, numbers)
        self.loop.add_signal_handler(signal.SIGCONT, self._note, signal.SIGCONT)
        expect(self.loop.remove_signal_handler(signal.SIGCONT), "a signal handler was not there")
        return len(numbers)

    async def close(self) -> None:
        self.loop.remove_signal_handler(signal.SIGUSR1)
        signal.signal(signal.SIGUSR2, self.before)
