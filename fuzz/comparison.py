"""Decides whether a program shows a difference between asyncio and a subject, with asyncio as its own control."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fuzz.runner import TIME_LIMIT, run

if TYPE_CHECKING:
    from fuzz.program import Program
    from fuzz.recorder import Lanes
    from fuzz.runner import LoopFactory

CONFIRMATIONS = 3
_CONTEXT_LINES = 3


class Verdict(enum.Enum):
    """What a comparison came to."""

    SAME = "same"
    DISCARDED = "discarded"
    """asyncio disagrees with itself."""
    UNCONFIRMED = "unconfirmed"
    """The subject differed from asyncio, and did not when asked again: a race, of whatever side."""
    DIFFERENT = "different"


@dataclass
class Comparison:
    """A verdict, and in which lanes what was found."""

    verdict: Verdict
    details: list[str] = field(default_factory=list)


def reference(program: Program, time_limit: float = TIME_LIMIT) -> Lanes:
    """What stock asyncio makes of it."""
    return run(program, asyncio.SelectorEventLoop, time_limit)


def compare(program: Program, new_event_loop: LoopFactory, time_limit: float = TIME_LIMIT) -> Comparison:
    """Run it on asyncio, on the subject and on asyncio again; a difference is confirmed by more runs of both."""
    before = reference(program, time_limit)
    observed = run(program, new_event_loop, time_limit)
    after = reference(program, time_limit)
    if before != after:
        return Comparison(Verdict.DISCARDED, differences(before, after))
    if observed == before:
        return Comparison(Verdict.SAME)
    details = differences(before, observed)
    for _ in range(CONFIRMATIONS):
        if reference(program, time_limit) != before:
            return Comparison(Verdict.DISCARDED, details)
        if run(program, new_event_loop, time_limit) == before:
            return Comparison(Verdict.UNCONFIRMED, details)
    return Comparison(Verdict.DIFFERENT, details)


def differs(program: Program, new_event_loop: LoopFactory, time_limit: float = TIME_LIMIT) -> bool:
    """Whether there is a confirmed difference."""
    return compare(program, new_event_loop, time_limit).verdict is Verdict.DIFFERENT


def differences(expected: Lanes, observed: Lanes) -> list[str]:
    """For people: for each lane that differs, where it first does."""
    lines = []
    for lane in sorted(expected.keys() | observed.keys()):
        left, right = expected.get(lane, []), observed.get(lane, [])
        if left != right:
            at = next((i for i, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
            at = min(len(left), len(right)) if at is None else at
            lines.append(f"lane {lane!r} differs at {at} of {len(left)} and {len(right)}")
            lines += (f"      both: {_shown(event)}" for event in left[max(0, at - _CONTEXT_LINES) : at])
            lines += (f"  expected: {_shown(event)}" for event in left[at : at + _CONTEXT_LINES])
            lines += (f"  observed: {_shown(event)}" for event in right[at : at + _CONTEXT_LINES])
    return lines


def _shown(event: Any) -> str:
    return " ".join(part if isinstance(part, str) else repr(part) for part in event)
