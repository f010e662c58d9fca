"""Handles, tasks, pipes, processes and what else a loop refers to, for `kept_objects.survivors`."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from typing import Any

from behaviour.lifecycle.kept_objects import Scenario, Seen, Talker, pass_iterations, within_time


class Sentinel:
    """An argument of a callback."""

    def method(self, *_: object) -> None:
        pass


def pipes(ending: str) -> Scenario:
    """Both ends of a pipe."""

    async def scenario(seen: Seen) -> None:
        loop = asyncio.get_running_loop()
        read_fd, write_fd = os.pipe()
        reading, reader = await loop.connect_read_pipe(Talker, os.fdopen(read_fd, "rb", 0))
        writing, writer = await loop.connect_write_pipe(Talker, os.fdopen(write_fd, "wb", 0))
        writing.write(b"x")
        await within_time(reader.received)
        seen.note(reading=reading, reader=reader, writing=writing, writer=writer)
        if ending == "write end":
            writing.close()
        elif ending == "read end":
            reading.close()
        elif ending == "abort":
            writing.write(bytes(1_000_000))
            writing.abort()
        if ending != "left open":
            await within_time(reader.lost)
            await within_time(writer.lost)
        await pass_iterations()

    return scenario


def child_process(ending: str) -> Scenario:
    """A child process with pipes."""

    async def scenario(seen: Seen) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        seen.note(process=process, stdout=process.stdout, stdin=process.stdin)
        seen.note(transport=process._transport)  # type: ignore[attr-defined]
        if ending == "communicate":
            await within_time(process.communicate(b"x"))
        elif ending == "kill":
            process.kill()
            await within_time(process.wait())
        elif ending == "communicate cancelled":
            waiting = asyncio.ensure_future(process.communicate())
            await asyncio.sleep(0.01)
            waiting.cancel()
            with contextlib.suppress(ProcessLookupError):  # it may have ended, because its input has
                process.kill()
            await within_time(process.wait())
        await asyncio.sleep(0.05)

    return scenario


async def handles(seen: Seen) -> None:
    """Handles that have run, are cancelled, or are pending, and their arguments."""
    loop = asyncio.get_running_loop()
    ways: dict[str, Any] = {
        "soon": loop.call_soon,
        "threadsafe": loop.call_soon_threadsafe,
        "timer": lambda *args: loop.call_later(0, *args),
        "pending_timer": lambda *args: loop.call_later(1000, *args),
    }
    for name, schedule in ways.items():
        for suffix in ("", "_cancelled", "_unheld"):
            argument = Sentinel()
            # More arguments than fit in the handle itself, too.
            handle = schedule(argument.method, argument, 2, 3, 4, 5)
            seen.note(**{f"{name}{suffix}_argument": argument})
            if suffix == "_unheld":
                del handle
                continue
            seen.note(**{f"{name}{suffix}": handle})
            if suffix == "_cancelled":
                handle.cancel()
    await pass_iterations()


async def failed_callback(seen: Seen) -> None:
    """A callback that raises."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)

    def fail(argument: object) -> None:
        raise ValueError(argument)

    argument = Sentinel()
    seen.note(argument=argument, handle=loop.call_soon(fail, argument), callback=fail)
    await pass_iterations()


async def tasks(seen: Seen) -> None:
    """Tasks and futures in all states."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)

    async def wait(future: Any) -> Any:
        return await future

    for name in ("result", "error", "cancelled", "pending", "task_cancelled"):
        future: Any = loop.create_future()
        task = loop.create_task(wait(future))
        future.add_done_callback(Sentinel().method)
        seen.note(**{f"{name}_future": future, f"{name}_task": task})
        await asyncio.sleep(0)
        if name == "result":
            future.set_result(Sentinel())
        elif name == "error":
            future.set_exception(ValueError(name))
        elif name == "cancelled":
            future.cancel()
        elif name == "task_cancelled":
            task.cancel()
        if name != "pending":
            await asyncio.wait([task])
        del future, task
    gathered = asyncio.gather(asyncio.sleep(0), asyncio.sleep(0.001))
    seen.note(gathered=gathered)
    await gathered
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(1000), 0.001)
    await pass_iterations()


async def executors(seen: Seen) -> None:
    """Calls in other threads."""
    loop = asyncio.get_running_loop()
    argument = Sentinel()
    future = loop.run_in_executor(None, argument.method, argument)
    seen.note(argument=argument, future=future)
    await future
    await loop.getaddrinfo("127.0.0.1", 80)
    await asyncio.to_thread(argument.method)
    seen.note(executor=loop._default_executor)  # type: ignore[attr-defined]
    await loop.shutdown_default_executor()


async def watchers(seen: Seen) -> None:
    """Readers, writers, and waits of the `sock_*` methods."""
    loop = asyncio.get_running_loop()
    for name in ("added", "removed", "replaced", "closed"):
        left, right = socket.socketpair()
        callback = Sentinel()
        loop.add_reader(left, callback.method)
        loop.add_writer(left, callback.method, callback)
        seen.note(**{f"{name}_callback": callback, f"{name}_socket": left, f"{name}_peer": right})
        right.send(b"x")
        await pass_iterations(2)
        if name != "added":
            loop.remove_writer(left)
        if name in ("removed", "closed"):
            loop.remove_reader(left)
        if name == "replaced":
            loop.add_reader(left, print)
            left.recv(10)
        right.close()
        if name == "closed":
            left.close()
        del left, right
    for name in ("received", "cancelled", "pending"):
        left, right = socket.socketpair()
        left.setblocking(False)
        task = loop.create_task(loop.sock_recv(left, 10))
        seen.note(**{f"sock_{name}": left, f"recv_{name}": task})
        await asyncio.sleep(0)
        if name == "received":
            right.send(b"x")
            await within_time(task)
        elif name == "cancelled":
            task.cancel()
            await asyncio.wait([task])
        else:
            seen.held.append(right)  # else there were something to read
        del left, right, task
    await pass_iterations()


async def signals(seen: Seen) -> None:
    """A handler of a signal."""
    loop = asyncio.get_running_loop()
    handler, removed = Sentinel(), Sentinel()
    loop.add_signal_handler(10, handler.method)
    loop.add_signal_handler(12, removed.method)
    loop.remove_signal_handler(12)
    seen.note(handler=handler, removed=removed)


async def generators(seen: Seen) -> None:
    """An asynchronous generator that is dropped, and one that is shut down."""

    async def numbers() -> Any:
        yield 1
        yield 2

    dropped, kept = numbers(), numbers()
    seen.note(dropped=dropped, kept=kept)
    await anext(dropped)
    await anext(kept)
    del dropped
    await pass_iterations()
    await asyncio.get_running_loop().shutdown_asyncgens()


async def nothing(seen: Seen) -> None:
    """Run the loop once."""


OTHERS: dict[str, Scenario] = {
    **{f"pipes, {ending}": pipes(ending) for ending in ("write end", "read end", "abort", "left open")},
    **{f"process, {ending}": child_process(ending) for ending in ("communicate", "kill", "communicate cancelled")},
    **{
        function.__name__: function
        for function in (handles, failed_callback, tasks, executors, watchers, signals, generators, nothing)
    },
}
