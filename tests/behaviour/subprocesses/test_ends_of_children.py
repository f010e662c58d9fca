"""Children that end in unusual ways: they close their pipes early, are killed, stop, or leave somebody behind."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine


class Noting(asyncio.SubprocessProtocol):
    """Notes what happens; `ended` is done at the very end."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.events.append((fd, data))

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.events.append((fd, type(exc)))

    def process_exited(self) -> None:
        self.events.append("exited")

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append("lost")
        self.ended.set_result(None)


async def wait_for(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def is_refused(end: Callable[[], None]) -> bool:
    """Whether there is no child any more to be ended so."""
    try:
        end()
    except ProcessLookupError:
        return True
    return False


async def write_on(stdin: asyncio.StreamWriter) -> None:
    while True:
        stdin.write(b"more")
        await stdin.drain()
        await asyncio.sleep(0)


def test_output_is_closed_long_before_the_end(loop: Loop) -> None:
    async def main() -> None:
        transport, protocol = await loop.subprocess_exec(Noting, "sh", "-c", "exec >&- 2>&-; read line; exit 4")
        await wait_for(lambda: len(protocol.events) == 2)
        assert sorted(protocol.events) == [(1, type(None)), (2, type(None))]
        assert transport.get_returncode() is None
        stdin: Any = transport.get_pipe_transport(0)
        stdin.write(b"go\n")
        await protocol.ended
        assert transport.get_returncode() == 4
        assert sorted(map(str, protocol.events[2:])) == sorted(["exited", "(0, <class 'NoneType'>)", "lost"])
        assert protocol.events[-1] == "lost"
        transport.close()

    run_coroutine(loop, main())


def test_input_is_closed_by_the_child(loop: Loop) -> None:
    """The loss of the input is told while the child lives; writing then is no error that anybody sees."""

    async def main() -> None:
        transport, protocol = await loop.subprocess_exec(Noting, "sh", "-c", "exec <&-; echo closed; exec sleep 1000")
        await wait_for(lambda: (1, b"closed\n") in protocol.events)
        stdin: Any = transport.get_pipe_transport(0)
        stdin.write(b"x" * 200_000)
        await wait_for(lambda: any(event[0] == 0 for event in protocol.events))
        assert transport.get_returncode() is None
        stdin.write(b"more")
        transport.kill()
        await protocol.ended
        assert transport.get_returncode() == -signal.SIGKILL
        transport.close()

    run_coroutine(loop, main())


def test_killed_while_it_writes_and_is_written_to(loop: Loop) -> None:
    """What had arrived stays; the reader gets the end and the writer an error, not a hang."""

    async def main() -> None:
        for _ in range(20):
            child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(b"first\n")
            assert await child.stdout.readline() == b"first\n"
            child.stdin.write(b"x" * 3_000_000)  # more than both pipes hold, and nobody reads
            await asyncio.sleep(0)
            child.kill()
            assert await child.wait() == -signal.SIGKILL
            assert set(await child.stdout.read()) <= set(b"x")
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                await write_on(child.stdin)

    run_coroutine(loop, main())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT, signal.SIGPIPE, signal.SIGKILL])
def test_signal_that_ends_a_child_is_its_code(loop: Loop, number: int) -> None:
    async def main() -> None:
        # The limit: no core file in the directory where the tests run.
        child = await asyncio.create_subprocess_exec("sh", "-c", f"ulimit -c 0; kill -{int(number)} $$")
        assert await child.wait() == -number

    run_coroutine(loop, main())


def test_stopped_child_has_not_ended(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("sh", "-c", "read line; exit 6", stdin=PIPE)
        assert child.stdin is not None
        child.send_signal(signal.SIGSTOP)
        child.stdin.write(b"go\n")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(child.wait(), 0.1)
        assert child.returncode is None
        child.send_signal(signal.SIGCONT)
        assert await child.wait() == 6

    run_coroutine(loop, main())


def test_grandchild_that_keeps_the_pipe(loop: Loop) -> None:
    """The child has exited and its status is known, and the pipe ends when the last one has closed it."""

    async def main() -> None:
        transport, protocol = await loop.subprocess_exec(
            Noting, "sh", "-c", "exec 3<&0; (read line <&3; echo late) & exit 2", stderr=None
        )
        await wait_for(lambda: "exited" in protocol.events)
        assert transport.get_returncode() == 2
        assert not protocol.ended.done()
        stdin: Any = transport.get_pipe_transport(0)
        stdin.write(b"go\n")
        await protocol.ended
        assert protocol.events.index("exited") < protocol.events.index((1, b"late\n"))
        assert protocol.events[-1] == "lost"
        transport.close()

    run_coroutine(loop, main())


def test_exit_status_after_much_output(loop: Loop) -> None:
    """The output of a child that has ended already is read completely."""
    count = 50_000

    async def main() -> None:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", f"import os; os.write(1, b'x' * {count}); os._exit(77)"), stdout=PIPE
        )
        assert child.stdout is not None
        while True:
            # The status is taken by the watcher; the child is gone when it is no zombie any more either.
            try:
                os.kill(child.pid, 0)
            except ProcessLookupError:
                break
            await asyncio.sleep(0.001)
        assert await child.stdout.read() == b"x" * count
        assert await child.wait() == 77
        await wait_for(lambda: is_refused(child.kill))  # the transport lets go of the child just after the waiters
        assert is_refused(child.terminate)

    run_coroutine(loop, main())


def test_cancelled_while_it_communicates(loop: Loop) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
        assert child.stdin is not None
        waiting = [asyncio.ensure_future(child.wait()) for _ in range(5)]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(child.wait(), 0.01)
        waiting[0].cancel()
        child.stdin.close()
        assert await asyncio.gather(*waiting[1:]) == [0] * 4
        assert waiting[0].cancelled()

    run_coroutine(loop, main())
