"""500 small tests of a coroutine, each on a loop of its own; see run_tests.py."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def anyio_backend(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> tuple[str, dict[str, Any]]:
    """Where anyio's plugin looks for the loop; pytest-asyncio does not ask."""
    return "asyncio", {"loop_factory": loop_factory}


async def double(number: int) -> int:
    """What is tested: it gives way to the loop once."""
    await asyncio.sleep(0)
    return 2 * number


@pytest.mark.parametrize("number", range(500))
async def test_double(number: int) -> None:
    """The test runs in a task of a running loop."""
    assert asyncio.current_task() is not None
    assert await double(number) == number + number
