"""Programs as data: trees of operations that can be numbered, thinned out, printed and stored. No loop is involved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Op:
    """One operation. What it schedules, or what it surrounds, is its body."""

    ident: int
    kind: str
    args: tuple[Any, ...] = ()
    body: tuple[Op, ...] = ()

    def walk(self) -> Iterator[Op]:
        """This operation and all below it."""
        yield self
        for op in self.body:
            yield from op.walk()

    def without(self, idents: frozenset[int]) -> Op:
        """The same without these operations and their bodies."""
        body = tuple(op.without(idents) for op in self.body if op.ident not in idents)
        return Op(self.ident, self.kind, self.args, body)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """For people."""
        yield f"{'  ' * depth}{self.ident} {self.kind} {' '.join(map(repr, self.args))}".rstrip()
        for op in self.body:
            yield from op.lines(depth + 1)

    def plain(self) -> list[Any]:
        """As JSON has it."""
        return [self.ident, self.kind, list(self.args), [op.plain() for op in self.body]]


def _op(plain: list[Any]) -> Op:
    ident, kind, args, body = plain
    return Op(ident, kind, tuple(args), tuple(map(_op, body)))


@dataclass(frozen=True)
class Program:
    """Settings, and strands that run at the same time: the children of `root`."""

    seed: int
    debug: bool
    eager: bool
    handler: str
    root: Op

    @property
    def strands(self) -> tuple[Op, ...]:
        """What runs at the same time."""
        return self.root.body

    @property
    def size(self) -> int:
        """The number of operations."""
        return sum(1 for _ in self.root.walk()) - 1

    def without(self, idents: frozenset[int]) -> Program:
        """The same program without these operations."""
        return Program(self.seed, self.debug, self.eager, self.handler, self.root.without(idents))

    def __str__(self) -> str:
        settings = f"seed {self.seed} debug={self.debug} eager={self.eager} handler={self.handler}"
        return "\n".join([settings, *(line for op in self.strands for line in op.lines(1))])

    def to_json(self) -> str:
        """For `--program`."""
        return json.dumps([self.seed, self.debug, self.eager, self.handler, self.root.plain()])

    @classmethod
    def from_json(cls, text: str) -> Program:
        """What `to_json` made."""
        seed, debug, eager, handler, root = json.loads(text)
        return cls(seed, debug, eager, handler, _op(root))
