"""Other threads: they wake the loop, work for it, and run loops of their own."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..workload import PROMPTLY, PlannedError, Workload, expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_THREADS = 3
_CALLS = 100
_JOBS = 30


class OtherThreads(Workload):
    """`call_soon_threadsafe`, its batches, and `run_coroutine_threadsafe`, from threads that begin and end."""

    name = "call_soon_threadsafe"

    async def round(self, random: Random) -> int:
        seen: list[list[int]] = [[] for _ in range(_THREADS)]
        answers: list[object] = []
        done = asyncio.Event()
        # Only the loop's thread changes it.
        ended: list[int] = []

        def end(number: int) -> None:
            ended.append(number)
            if len(ended) == _THREADS:
                done.set()

        def work(number: int) -> None:
            for call in range(_CALLS):
                self.loop.call_soon_threadsafe(seen[number].append, call)
            future = asyncio.run_coroutine_threadsafe(_double(number), self.loop)
            answers.append(future.result(PROMPTLY) == 2 * number)
            self.loop.call_soon_threadsafe(end, number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(_THREADS)]
        for thread in threads:
            thread.start()
        await done.wait()
        for thread in threads:  # they have nothing more to do
            thread.join(PROMPTLY)
        expect(answers == [True] * _THREADS, "coroutines of other threads returned", answers)
        expect(seen == [list(range(_CALLS))] * _THREADS, "calls from other threads came as", seen)
        return _THREADS * (_CALLS + 1)


async def _double(number: int) -> int:
    await asyncio.sleep(0.001)
    return 2 * number


class Executors(Workload):
    """Jobs for the default executor, and for one that lives for a round."""

    name = "executor jobs"

    async def round(self, random: Random) -> int:
        self.watched["executor job"] = _job
        await self._jobs(None)
        count = _JOBS
        if random.random() < 0.2:
            with ThreadPoolExecutor(2) as executor:
                await self._jobs(executor)
            count += _JOBS
        return count

    async def _jobs(self, executor: ThreadPoolExecutor | None) -> None:
        futures = [self.loop.run_in_executor(executor, _job, number) for number in range(_JOBS)]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for number, result in enumerate(results):
            right = isinstance(result, PlannedError) if number % 7 == 0 else result == number * number
            expect(right, "a job returned", number, result)


def _job(number: int) -> int:
    if number % 7 == 0:
        raise PlannedError
    return number * number


class LoopsInThreads(Workload):
    """Loops made, run and closed in threads that end."""

    name = "loops in threads"

    async def round(self, random: Random) -> int:
        make = type(self.loop)
        results: list[object] = []
        threads = [threading.Thread(target=_run_a_loop, args=(make, results)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join, PROMPTLY)
        expect(results == ["hello"] * 2, "loops in threads:", results)
        return 2


def _run_a_loop(make: Callable[[], asyncio.AbstractEventLoop], results: list[object]) -> None:
    try:
        with asyncio.Runner(loop_factory=make) as runner:
            results.append(runner.run(_small_program()))
    except BaseException as error:
        results.append(error)


async def _small_program() -> str:
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    left.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=right)
    try:
        with left:
            echo = loop.create_task(_echo(loop, left))
            writer.write(b"hello")
            writer.write_eof()
            text = await reader.read()
            await echo
    finally:
        writer.close()
        await writer.wait_closed()
    await asyncio.gather(*(asyncio.sleep(number / 1000) for number in range(5)))
    # Left behind: closing a loop with a pending timer must not keep either.
    loop.call_later(3600, print, loop)
    return text.decode()


async def _echo(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
    while data := await loop.sock_recv(sock, 100):
        await loop.sock_sendall(sock, data)
    sock.shutdown(socket.SHUT_WR)
