"""Loops that come and go, readers and writers, tasks, connections: files, threads and memory stay flat."""

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import MEGABYTE, assert_no_leak, leak_report

pytestmark = pytest.mark.timeout(600)

SETUP = """
import asyncio, socket, weakref

argument = object()

def callback(*args):
    pass

watched = {"argument": argument, "callback": callback, "shared None": None, "shared True": True}
"""


# The Java heap grows by up to 20 MB whenever the collector likes, however often the program is run.
HEAP_GROWTH = 24 * MEGABYTE


def report(kind: LoopKind, program: str, total: int, *, allowed_bytes: int = HEAP_GROWTH) -> None:
    assert_no_leak(leak_report(kind, SETUP + program, total), allowed_bytes=allowed_bytes)


def test_loops_that_are_made_used_and_closed(kind: LoopKind) -> None:
    report(
        kind,
        """
async def main():
    await asyncio.sleep(0)

def work(count):
    references = []
    for _ in range(count):
        loop = new_event_loop()
        loop.run_until_complete(main())
        loop.call_soon(callback, argument)
        loop.call_later(3600, callback, argument)
        loop.close()
        references.append(weakref.ref(loop))
        del loop
    gc.collect()
    assert not any(reference() for reference in references)

measure(work, TOTAL, watched, warm_up=200)
""",
        2000,
    )


def test_loops_that_are_dropped_without_being_closed(kind: LoopKind) -> None:
    report(
        kind,
        """
import warnings
warnings.simplefilter("ignore", ResourceWarning)

def work(count):
    for _ in range(count):
        loop = new_event_loop()
        loop.create_future()
        loop.call_soon(callback, argument)
        loop.call_later(3600, callback, argument)
        del loop
        gc.collect()

measure(work, TOTAL, watched, warm_up=200)
""",
        500,
    )


def test_runs_of_runners(kind: LoopKind) -> None:
    report(
        kind,
        """
async def main():
    await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))
    await asyncio.to_thread(callback, argument)

def work(count):
    for _ in range(count):
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())

measure(work, TOTAL, watched, warm_up=TOTAL)
""",
        300,
    )


def test_events_of_readers_and_writers(kind: LoopKind) -> None:
    report(
        kind,
        """
loop = new_event_loop()
watched["loop"] = loop
left, right = socket.socketpair()
right.send(b"never read")
calls = 0

def work(count):
    global calls
    calls = 0
    def count_down(given):
        global calls
        calls += 1
        if calls >= count:
            loop.stop()
    loop.add_reader(left, count_down, argument)
    loop.add_writer(left, count_down, argument)
    loop.run_forever()
    loop.remove_reader(left)
    loop.remove_writer(left)

measure(work, TOTAL, watched)
""",
        1_000_000,
    )


def test_registrations_that_come_and_go(kind: LoopKind) -> None:
    report(
        kind,
        """
loop = new_event_loop()
watched["loop"] = loop
left, right = socket.socketpair()
watched["socket"] = left

def work(count):
    for number in range(count // 4):
        loop.add_reader(left, callback, argument)
        loop.add_reader(left, callback, argument, number)
        loop.add_writer(left.fileno(), callback, argument)
        if number % 3 == 0:
            loop.stop()
            loop.run_forever()
        loop.remove_reader(left)
        loop.remove_writer(left)

measure(work, TOTAL, watched)
""",
        400_000,
    )


def test_tasks_and_futures(kind: LoopKind) -> None:
    report(
        kind,
        """
loop = new_event_loop()
watched["loop"] = loop

async def child(value):
    await asyncio.sleep(0)
    return value

async def main(count):
    for _ in range(count // 100):
        tasks = [loop.create_task(child(argument)) for _ in range(50)]
        assert await asyncio.gather(*tasks) == [argument] * 50
        for _ in range(25):
            future = loop.create_future()
            loop.call_soon(future.set_result, argument)
            assert await future is argument
        for _ in range(25):
            try:
                async with asyncio.timeout(0):
                    await asyncio.sleep(3600)
            except TimeoutError:
                pass

def work(count):
    loop.run_until_complete(main(count))

measure(work, TOTAL, watched)
""",
        500_000,
    )


def test_connections(kind: LoopKind) -> None:
    report(
        kind,
        """
loop = new_event_loop()
watched["loop"] = loop

async def echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
    await writer.wait_closed()

async def talk(address):
    reader, writer = await asyncio.open_connection(*address)
    for _ in range(5):
        writer.write(b"x" * 1000)
        await reader.readexactly(1000)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()

async def main(count):
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    for _ in range(count // 10):
        await asyncio.gather(*(talk(address) for _ in range(10)))
    server.close()
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)

def work(count):
    loop.run_until_complete(main(count))

measure(work, TOTAL, watched, warm_up=TOTAL)
""",
        2_000,
    )
