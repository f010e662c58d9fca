"""Endless recursion in Python and in C, in callbacks of a loop and outside."""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from support.scenarios import run_scenario

Ways = list[tuple[Callable[[Any], object], Any]]


def nest_in_c(depth: int) -> int:
    """Recursion through C at every level."""
    return 0 if depth == 0 else 1 + next(map(nest_in_c, (depth - 1,)))


def descend(depth: int) -> int:
    """Recursion in Python alone."""
    return 0 if depth == 0 else 1 + descend(depth - 1)


def deepest(function: Callable[[int], int], depth: int) -> int | str:
    """The depth, if it can be reached."""
    try:
        return function(depth)
    except RecursionError:
        return "RecursionError"


def nested_lists() -> list[Any]:
    """More of them in one another than C recurses into."""
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    return nested


def outcomes(ways: Ways) -> list[str]:
    """The exceptions of these calls."""
    found = []
    for function, argument in ways:
        try:
            function(argument)
        except Exception as error:
            found.append(type(error).__name__)
        else:
            found.append("none")
    return found


def run_inside(new_event_loop: Callable[[], asyncio.AbstractEventLoop], ways: Ways) -> list[str]:
    """`outcomes` in a task of a new loop."""

    async def inside() -> list[str]:
        return outcomes(ways)

    loop = new_event_loop()
    try:
        return loop.run_until_complete(inside())
    finally:
        loop.close()


def c_recursion() -> None:
    """Print whether plain Python refuses it, and whether it does the same in a loop, after one, and again in one."""
    nested = nested_lists()
    ways: Ways = [(nest_in_c, 100), (nest_in_c, 10_000), (repr, nested), (json.dumps, nested)]
    before = outcomes(ways)
    from data_bridge.pyloop import new_event_loop

    after = [run_inside(new_event_loop, ways), outcomes(ways), run_inside(new_event_loop, ways)]
    print(before.count("RecursionError") >= 3, [found == before for found in after])


def c_stack_overflow(where: str) -> None:
    """Recursion in C without a limit of Python's, "inside" a loop or "outside", after a loop was made."""
    from support.chosen_loop import new_event_loop

    new_event_loop().close()
    ways: Ways = [(nest_in_c, 1_000_000)]
    sys.setrecursionlimit(10**7)
    print(run_inside(new_event_loop, ways) if where == "inside" else outcomes(ways), flush=True)


def python_recursion() -> None:
    """Print whether depths are reached or refused with the engine as without it."""

    def probe() -> list[int | str]:
        return [deepest(function, depth) for function in (descend, nest_in_c) for depth in (100, 900, 5_000, 100_000)]

    before = probe()
    from data_bridge.pyloop import new_event_loop

    new_event_loop().close()
    print(probe() == before, before.count("RecursionError") >= 4, probe() == before)


def raised_recursion_limit() -> None:
    """Print whether a depth that the limit allows is reached with the engine as without it."""
    sys.setrecursionlimit(12_000)

    def probe() -> list[int | str]:
        return [deepest(descend, 11_000), deepest(nest_in_c, 3_000)]

    before = probe()
    from data_bridge.pyloop import new_event_loop

    new_event_loop().close()
    print(probe() == before)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
