"""Makes a failing program small: delta debugging on its operations, in pieces of falling size."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.program import Program


def shrink(program: Program, fails: Callable[[Program], bool], seconds: float = 120.0) -> Program:
    """The smallest program found in that time that still fails. Removing an operation removes its body."""
    deadline = time.monotonic() + seconds
    for simpler in (replace(program, debug=False), replace(program, eager=False), replace(program, handler="record")):
        candidate = replace(
            program,
            debug=program.debug and simpler.debug,
            eager=program.eager and simpler.eager,
            handler=simpler.handler,
        )
        if candidate != program and fails(candidate):
            program = candidate
    size = program.size
    while size >= 1:
        program, removed = _pass(program, fails, size, deadline)
        if time.monotonic() > deadline:
            break
        if not removed or size > 1:
            size //= 2
    return program


def _pass(program: Program, fails: Callable[[Program], bool], size: int, deadline: float) -> tuple[Program, bool]:
    """Try to do without each piece of that size, from the end, where operations depend on what comes before."""
    removed = False
    position = program.size
    while position > 0 and time.monotonic() <= deadline:
        idents = [op.ident for op in program.root.walk()][1:]
        position = min(position, len(idents))
        piece = frozenset(idents[max(0, position - size) : position])
        candidate = program.without(piece)
        if piece and fails(candidate):
            program = candidate
            removed = True
        position -= size
    return program, removed
