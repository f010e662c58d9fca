"""asyncio.Runner and asyncio.run with a loop factory."""

import asyncio
import contextlib
import contextvars
import sys

import pytest

from support.loop_kinds import Loop, LoopKind


async def running_loop() -> Loop:
    return asyncio.get_running_loop()


def test_runner_uses_and_closes_the_loop(kind: LoopKind) -> None:
    with asyncio.Runner(loop_factory=kind.new_event_loop) as runner:
        loop = runner.get_loop()
        assert runner.run(running_loop()) is loop
        assert runner.run(running_loop()) is loop
        with contextlib.closing(kind.new_event_loop()) as other:
            assert type(loop) is type(other)
    assert loop.is_closed()


def test_runner_sets_debug_mode(kind: LoopKind) -> None:
    async def debug() -> bool:
        return asyncio.get_running_loop().get_debug()

    for wanted in (True, False):
        with asyncio.Runner(loop_factory=kind.new_event_loop, debug=wanted) as runner:
            assert runner.run(debug()) is wanted


def test_runs_of_a_runner_share_a_context(kind: LoopKind) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def change() -> None:
        variable.set("changed")

    async def read() -> str:
        return variable.get()

    with asyncio.Runner(loop_factory=kind.new_event_loop) as runner:
        runner.run(change())
        assert runner.run(read()) == "changed"
    assert variable.get() == "unset"


def test_runner_cancels_what_is_left(kind: LoopKind) -> None:
    seen: list[str] = []

    async def left_over() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            seen.append("ended")

    async def main() -> "asyncio.Task[None]":
        task = asyncio.create_task(left_over())
        await asyncio.sleep(0)
        return task

    with asyncio.Runner(loop_factory=kind.new_event_loop) as runner:
        task = runner.run(main())
        assert seen == []
    assert seen == ["ended"]
    assert task.cancelled()


def test_runner_waits_for_the_default_executor(kind: LoopKind) -> None:
    seen: list[str] = []

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, seen.append, "ran")

    with asyncio.Runner(loop_factory=kind.new_event_loop) as runner:
        runner.run(main())
    assert seen == ["ran"]


def test_exception_comes_out_of_the_runner(kind: LoopKind) -> None:
    async def fail() -> None:
        raise LookupError("inside")

    runner = asyncio.Runner(loop_factory=kind.new_event_loop)
    with runner, pytest.raises(LookupError, match="inside"):
        runner.run(fail())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio.run has loop_factory since Python 3.12")
def test_run_takes_the_factory(kind: LoopKind) -> None:
    loop = asyncio.run(running_loop(), loop_factory=kind.new_event_loop)  # type: ignore[call-arg]
    assert loop.is_closed()


def test_program_that_makes_and_closes_its_loop_itself(kind: LoopKind) -> None:
    loop = kind.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        assert asyncio.get_event_loop() is loop
        assert loop.run_until_complete(running_loop()) is loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
