"""Choices for operations inside operations, of which a strand may have only so many."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from fuzz.choices import Choices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fuzz.program import Op

SLOTS = 4
"""How many futures, events, queues and locks there are, of each kind."""
_MOST_DEPTH = 5

Maker: TypeAlias = "tuple[Callable[[Nesting, int], Op], float]"
"""What makes an operation at a depth, and the weight of it."""


class Nesting(Choices):
    """Makes operations with bodies of others."""

    def __init__(self, choices: Choices, budget: int, anywhere: Sequence[Maker], in_tasks: Sequence[Maker]) -> None:
        super().__init__(choices.random, choices.idents)
        self.budget = budget
        self._anywhere = anywhere
        self._in_tasks = in_tasks

    def body(self, depth: int, in_task: bool, most: int = 5) -> tuple[Op, ...]:
        """Operations inside another one."""
        if depth >= _MOST_DEPTH:
            return ()
        count = min(self.random.randrange(most + 1), max(self.budget, 0))
        return tuple(self.operation(depth, in_task) for _ in range(count))

    def operation(self, depth: int, in_task: bool) -> Op:
        """Any operation that is possible here."""
        self.budget -= 1
        choices = self._in_tasks if in_task and self.random.random() < 0.6 else self._anywhere
        makers, weights = zip(*choices, strict=True)
        make: Callable[[Nesting, int], Op] = self.random.choices(makers, weights)[0]
        return make(self, depth + 1)

    def slot(self) -> int:
        """One of the futures, events, queues or locks."""
        return self.random.randrange(SLOTS)

    def keep(self) -> bool:
        """Whether a handle is kept."""
        return self.random.random() < 0.4

    def context(self) -> int | None:
        """The value of the variable in a context of its own, or the context of the caller."""
        return self.random.randrange(1000, 2000) if self.random.random() < 0.3 else None

    def children(self, depth: int, least: int = 0) -> tuple[Op, ...]:
        """Tasks of a group."""
        count = self.random.randrange(least, 4)
        return tuple(self.op("child", body=self.body(depth, in_task=True, most=3)) for _ in range(count))
