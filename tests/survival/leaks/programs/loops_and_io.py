"""Loops, readers and writers, tasks and connections, each repeated: measures what of them stays.

Arguments: the kind of loop, the name of a function below, and the number of operations, TOTAL.
"""

import asyncio
import contextlib
import gc
import socket
import sys
import warnings
import weakref
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from survival.leaks.programs.measuring import measure

TOTAL = int(sys.argv[3])
argument = object()


def callback(*_args: object) -> None:
    pass


watched: dict[str, object] = {"argument": argument, "callback": callback, "shared None": None, "shared True": True}
watched["family"] = socket.AF_INET


def loops_that_are_made_used_and_closed() -> None:
    async def run() -> None:
        await asyncio.sleep(0)

    def work(count: int) -> None:
        references = []
        for _ in range(count):
            loop: Any = new_event_loop()
            loop.run_until_complete(run())
            loop.call_soon(callback, argument)
            loop.call_later(3600, callback, argument)
            loop.close()
            references.append(weakref.ref(loop))
            del loop
        gc.collect()
        assert not any(reference() for reference in references)

    measure(work, TOTAL, watched, warm_up=200)


def loops_that_are_dropped_without_being_closed() -> None:
    warnings.simplefilter("ignore", ResourceWarning)

    def work(count: int) -> None:
        for _ in range(count):
            loop: Any = new_event_loop()
            loop.create_future()
            loop.call_soon(callback, argument)
            loop.call_later(3600, callback, argument)
            del loop
            gc.collect()

    measure(work, TOTAL, watched, warm_up=200)


def runs_of_runners() -> None:
    async def run() -> None:
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))
        await asyncio.to_thread(callback, argument)

    def work(count: int) -> None:
        for _ in range(count):
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(run())

    measure(work, TOTAL, watched, warm_up=TOTAL)


def events_of_readers_and_writers() -> None:
    loop: Any = new_event_loop()
    watched["loop"] = loop
    left, right = socket.socketpair()
    right.send(b"never read")

    def work(count: int) -> None:
        calls = 0

        def count_down(_given: object) -> None:
            nonlocal calls
            calls += 1
            if calls >= count:
                loop.stop()

        loop.add_reader(left, count_down, argument)
        loop.add_writer(left, count_down, argument)
        loop.run_forever()
        loop.remove_reader(left)
        loop.remove_writer(left)

    measure(work, TOTAL, watched)


def registrations_that_come_and_go() -> None:
    loop: Any = new_event_loop()
    watched["loop"] = loop
    left, _right = socket.socketpair()
    watched["socket"] = left

    def work(count: int) -> None:
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


def tasks_and_futures() -> None:
    loop: Any = new_event_loop()
    watched["loop"] = loop

    async def child(value: object) -> object:
        await asyncio.sleep(0)
        return value

    async def run(count: int) -> None:
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

    def work(count: int) -> None:
        loop.run_until_complete(run(count))

    measure(work, TOTAL, watched)


def connections() -> None:
    loop: Any = new_event_loop()
    watched["loop"] = loop

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()
        await writer.wait_closed()

    async def talk(address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(5):
            writer.write(b"x" * 1000)
            await reader.readexactly(1000)
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()

    async def run(count: int) -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        for _ in range(count // 10):
            await asyncio.gather(*(talk(address) for _ in range(10)))
        server.close()
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)

    def work(count: int) -> None:
        loop.run_until_complete(run(count))

    measure(work, TOTAL, watched, warm_up=TOTAL)


def accepted_connections() -> None:
    """Some are refused by the factory, aborted, fail at their end, or are asked for everything; others are answered."""
    loop: Any = new_event_loop()
    watched["loop"] = loop
    loop.set_exception_handler(lambda _loop, _context: None)
    made = 0

    class Once(asyncio.Protocol):
        def __init__(self, number: int) -> None:
            self.number = number
            if number % 5 == 1:
                raise LookupError("refused")

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            if self.number % 5 == 2:
                self.transport.abort()

        def data_received(self, data: bytes) -> None:
            self.transport.write(data)
            self.transport.close()

        def connection_lost(self, _exc: Exception | None) -> None:
            if self.number % 5 == 3:
                raise LookupError("lost")
            if self.number % 5 == 4:
                shown, *_ = [self.transport.get_extra_info(name) for name in ("socket", "peername", "sockname")]
                assert (shown.family, shown.fileno() >= 0) == (socket.AF_INET, True)
                with contextlib.suppress(OSError):  # unless the peer has gone
                    shown.getpeername()

    def factory() -> Once:
        nonlocal made
        made += 1
        return Once(made)

    async def run(count: int) -> None:
        server = await loop.create_server(factory, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        for _ in range(count):
            with socket.socket() as client:
                client.setblocking(False)
                await loop.sock_connect(client, address)
                with contextlib.suppress(ConnectionError):
                    await loop.sock_sendall(client, b"data")
                    while await loop.sock_recv(client, 100):
                        pass
        server.close()
        await asyncio.sleep(0.01)

    def work(count: int) -> None:
        loop.run_until_complete(run(count))
        gc.collect()

    measure(work, TOTAL, watched, warm_up=TOTAL)


def main() -> None:
    run_scenario(globals(), sys.argv[2:3])


if __name__ == "__main__":
    main()
