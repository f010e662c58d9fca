"""Asynchronous generators: the loop closes those that are dropped or left open."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from support.loop_kinds import Loop, run_iterations


async def numbers(seen: list[str]) -> AsyncIterator[int]:
    """Counts, and tells when it is closed, which takes an await."""
    try:
        for number in range(1000):
            yield number
    finally:
        await asyncio.sleep(0)
        seen.append("closed")


def test_shutdown_closes_generators_that_are_still_open(loop: Loop) -> None:
    seen: list[str] = []

    async def main() -> AsyncIterator[int]:
        generator = numbers(seen)
        assert await anext(generator) == 0
        return generator

    generator = loop.run_until_complete(main())
    assert seen == []
    loop.run_until_complete(loop.shutdown_asyncgens())
    assert seen == ["closed"]
    del generator


def test_dropped_generator_is_closed_by_the_loop(loop: Loop) -> None:
    seen: list[str] = []

    async def main() -> None:
        async for number in numbers(seen):
            if number == 3:
                break
        gc.collect()
        for _ in range(5):
            await asyncio.sleep(0)

    loop.run_until_complete(main())
    assert seen == ["closed"]


def test_finished_generator_needs_no_closing(loop: Loop) -> None:
    async def short() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def main() -> list[int]:
        return [number async for number in short()]

    assert loop.run_until_complete(main()) == [1, 2]
    loop.run_until_complete(loop.shutdown_asyncgens())


def test_error_while_closing_is_reported(loop: Loop, reported: list[dict[str, Any]]) -> None:
    async def bad() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            raise LookupError("while closing")

    async def main() -> AsyncIterator[int]:
        generator = bad()
        await anext(generator)
        return generator

    generator = loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_asyncgens())
    (context,) = reported
    assert set(context) == {"message", "exception", "asyncgen"}
    assert context["asyncgen"] is generator
    assert context["message"].startswith("an error occurred during closing of asynchronous generator")


def test_generator_started_after_shutdown_warns(loop: Loop) -> None:
    seen: list[str] = []

    async def main() -> None:
        await loop.shutdown_asyncgens()
        generator = numbers(seen)
        with pytest.warns(ResourceWarning, match=r"was scheduled after loop\.shutdown_asyncgens\(\) call"):
            await anext(generator)
        await generator.aclose()  # type: ignore[attr-defined]

    loop.run_until_complete(main())
    assert seen == ["closed"]


def test_hooks_are_set_during_the_run_only(loop: Loop) -> None:
    hooks: list[Any] = []
    before = sys.get_asyncgen_hooks()
    loop.call_soon(lambda: hooks.append(sys.get_asyncgen_hooks()))
    run_iterations(loop)
    assert hooks[0].firstiter is not None
    assert hooks[0].finalizer is not None
    assert sys.get_asyncgen_hooks() == before


def test_hooks_of_the_user_are_back_after_the_run(loop: Loop) -> None:
    before = sys.get_asyncgen_hooks()

    def hook(_generator: object) -> None:
        pass

    sys.set_asyncgen_hooks(firstiter=hook, finalizer=hook)
    try:
        run_iterations(loop)
        assert tuple(sys.get_asyncgen_hooks()) == (hook, hook)
    finally:
        sys.set_asyncgen_hooks(*before)
