"""Random choices: what a strand makes its operations from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from fuzz.program import Op

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

SIZES = (0, 1, 2, 10, 100, 100, 1000, 1000, 4095, 4096, 4097, 10_000, 65_536, 70_000, 200_000)
"""Numbers of bytes to write."""
BUFFERS = ("bytes", "bytes", "bytearray", "memoryview")
"""Types of what is written."""
MOST_STEPS = 14

StepMaker: TypeAlias = "tuple[Callable[[], Op], float]"
"""What makes a step, and the weight of it."""


class Choices:
    """Random numbers, all from one seed, and the numbers of operations."""

    def __init__(self, rng: random.Random, idents: Iterator[int]) -> None:
        self.random = rng
        self.idents = idents

    def op(self, kind: str, *args: Any, body: tuple[Op, ...] = ()) -> Op:
        """The next operation."""
        return Op(next(self.idents), kind, args, body)

    def index(self) -> int:
        """One of the handles, tasks or timers there are by then."""
        return self.random.randrange(1000)

    def steps(self, makers: Sequence[StepMaker], most: int = MOST_STEPS) -> tuple[Op, ...]:
        """At least one step and fewer than `most`, each by one of the makers, which have weights."""
        functions, weights = zip(*makers, strict=True)
        return tuple(self.random.choices(functions, weights)[0]() for _ in range(self.random.randrange(1, most)))
