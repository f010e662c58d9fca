"""Runs inside of runs, which nest_asyncio or nest_asyncio2 makes possible: it replaces methods of the loop's class."""

import asyncio
import functools
import importlib
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

warnings.simplefilter("ignore", DeprecationWarning)  # of asyncio's policies, which the libraries use


async def value(result: Any, seconds: float = 0.001) -> Any:
    """Return a result after a while."""
    await asyncio.sleep(seconds)
    return result


def run_patched(library: str, main: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Print what the coroutine returns, on a loop whose class the library has patched."""
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    importlib.import_module(library).apply(loop)
    try:
        print(loop.run_until_complete(main()))
    finally:
        loop.close()


def patched_before_or_while_running(library: str) -> None:
    """Nothing is nested: the run goes on, and so do runs of loops that are made afterwards."""
    apply = importlib.import_module(library).apply

    async def main() -> int:
        try:
            apply()
        except (ValueError, RuntimeError) as error:
            print(error)
        await asyncio.sleep(0.001)
        return 1

    loop = new_event_loop()
    print(loop.run_until_complete(main()))
    loop.close()
    for _ in range(2):
        loop = new_event_loop()
        print(loop.run_until_complete(main()))
        loop.call_later(0.001, loop.stop)
        loop.run_forever()
        loop.close()


def everywhere(library: str) -> None:
    """Nested runs inside a task, a callback, a timer, a reader, a signal handler, a protocol and another nested run."""

    async def main() -> list[Any]:
        loop = asyncio.get_running_loop()
        found: list[Any] = [asyncio.run(value("task"))]
        done = loop.create_future()

        def nested(name: str, last: bool = False) -> None:
            found.append(loop.run_until_complete(value(name)))
            if last:
                done.set_result(None)

        async def deeper(depth: int) -> int:
            return 1 + loop.run_until_complete(deeper(depth - 1)) if depth else 0

        found.append(await deeper(5))
        loop.call_soon(nested, "callback", True)
        await done
        done = loop.create_future()
        loop.call_later(0.001, nested, "timer", True)
        await done
        done = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, nested, "signal", True)
        os.kill(os.getpid(), signal.SIGUSR1)
        await done
        loop.remove_signal_handler(signal.SIGUSR1)
        left, right = socket.socketpair()
        with left, right:
            left.setblocking(False)
            right.send(b"x")

            def readable() -> None:
                loop.remove_reader(left)
                nested("reader", True)

            done = loop.create_future()
            loop.add_reader(left, readable)
            await done
        found.append(await loop.run_in_executor(None, lambda: "executor"))
        return found

    run_patched(library, main)


def streams(library: str) -> None:
    """A client in nested runs speaks with a server of the outer one, which nests a run for each request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(asyncio.run(value(line.upper())))
            await writer.drain()
        writer.close()

    async def talk(address: tuple[str, int], text: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(text + b"\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line.strip()

    async def main() -> list[bytes]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        answers = [asyncio.run(talk(address, b"text %d" % number)) for number in range(20)]
        answers += await asyncio.gather(*(talk(address, b"both %d" % number) for number in range(20)))
        server.close()
        return [answers[0], answers[-1], len(set(answers))]  # type: ignore[list-item]

    run_patched(library, main)


def written_before_it_blocks(library: str) -> None:
    """What a nested run writes is on its way when that run ends, though the outer callback blocks afterwards."""

    async def connect(address: tuple[str, int]) -> asyncio.StreamWriter:
        _reader, writer = await asyncio.open_connection(*address)
        return writer

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")

    async def main() -> bytes:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            writer = asyncio.run(connect(listener.getsockname()))
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(10)
                asyncio.run(write(writer))
                received = peer.recv(5)
                writer.close()
                return received

    run_patched(library, main)


def errors(library: str) -> None:
    """Exceptions, time limits, cancellations and stops go through the levels as on asyncio."""

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("inner")

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        seen = []
        for coroutine in (fails(), asyncio.wait_for(asyncio.sleep(60), 0.01)):
            try:
                loop.run_until_complete(coroutine)
            except Exception as error:
                seen.append(type(error).__name__)
        task = asyncio.ensure_future(asyncio.sleep(60))
        loop.call_later(0.001, task.cancel)
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            seen.append("cancelled")
        loop.call_later(0.001, loop.stop)
        loop.run_forever()
        seen.append("stopped")
        reported: list[str] = []
        loop.set_exception_handler(lambda _loop, context: reported.append(repr(context["exception"])))
        loop.call_soon(functools.partial(int, "x"))
        await value(None)
        asyncio.run(value(None))
        loop.set_exception_handler(None)
        assert len(reported) == 1, reported
        try:
            loop.close()
        except RuntimeError as error:
            seen.append(str(error))
        seen.append(str(loop.is_running()))
        return seen

    run_patched(library, main)


def interrupted(library: str) -> None:
    """Ctrl-C ends a nested run, and the outer one goes on."""

    async def main() -> tuple[str, bool]:
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
        begun = time.monotonic()
        sleep = asyncio.ensure_future(asyncio.sleep(60))
        try:
            loop.run_until_complete(sleep)
        except KeyboardInterrupt:
            sleep.cancel()
            return await value("interrupted"), time.monotonic() - begun < 30
        return "not interrupted", False

    run_patched(library, main)


def many_timers(library: str) -> None:
    """Each is run once, those of outer runs by nested ones."""

    async def main() -> list[int]:
        loop = asyncio.get_running_loop()
        order: list[int] = []
        for number in range(500):
            loop.call_later(0.0001 * (500 - number), order.append, -number)
            loop.call_later(0.02, int).cancel()
        for _ in range(5):
            asyncio.run(value(None, 0.005))
        await asyncio.sleep(0.06)
        return [len(order), len(set(order))]

    run_patched(library, main)


def installed(library: str) -> None:
    """PyLoop is the loop of the policy, installed after or before the library is applied."""
    import data_bridge.pyloop

    async def outer() -> tuple[str, Any]:
        return type(asyncio.get_running_loop()).__name__, asyncio.run(value(2))

    if library.startswith("later:"):
        data_bridge.pyloop.install()
        importlib.import_module(library[6:]).apply()
    else:
        importlib.import_module(library).apply()
        asyncio.get_event_loop().close()
        data_bridge.pyloop.install()
        asyncio.set_event_loop(asyncio.new_event_loop())
        importlib.import_module(library).apply()
    print(asyncio.run(outer()))
    asyncio.get_event_loop().close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
