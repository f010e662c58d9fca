"""Child processes."""

from __future__ import annotations

import asyncio
import shutil
from time import perf_counter_ns

from .base import Workload, WorkloadError, expect


class Spawn(Workload):
    """`asyncio.create_subprocess_exec` of the command `true` n times, each awaited until it has ended."""

    name = "spawn"
    title = "subprocess, started and ended"
    operations = 20
    unit = "ms"

    def run(self, n: int) -> list[int]:
        command = shutil.which("true")
        if command is None:
            raise WorkloadError("there is no command `true`")
        statuses: list[int] = []

        async def spawn() -> int:
            start = perf_counter_ns()
            for _ in range(n):
                process = await asyncio.create_subprocess_exec(command)
                statuses.append(await process.wait())
            return perf_counter_ns() - start

        elapsed = self.loop.run_until_complete(spawn())
        expect("processes ended with status 0", statuses.count(0), n)
        return [elapsed]
