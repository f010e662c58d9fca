"""The contestants: the loops of benchmarks/pyloop, uvloop with another setting of malloc, and the limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.pyloop.loops import BASE, LOOPS, SUBJECT

REFERENCE = "uvloop"
"""Ratios are against this one."""

LIMIT = "limit"
"""A server with nothing above the system calls."""


@dataclass(frozen=True)
class Contestant:
    """What serves in one process."""

    name: str
    loop: str | None
    """Name in `LOOPS`; None for the server that is no Python."""
    environment: dict[str, str] = field(default_factory=dict)
    warmup: float = 1
    """How many times as long as the others it is warmed up."""
    required: bool = False


CONTESTANTS: dict[str, Contestant] = {
    contestant.name: contestant
    for contestant in (
        Contestant(BASE, BASE, required=True),
        Contestant(REFERENCE, "uvloop"),
        # glibc gives the memory of large messages back to the kernel and takes it again, unless told not to.
        Contestant(
            "uvloop-malloc",
            "uvloop",
            {"MALLOC_TRIM_THRESHOLD_": str(1 << 29), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)},
        ),
        Contestant("rloop", "rloop"),
        Contestant(SUBJECT, SUBJECT, required=True),
        # It runs on a JVM, which compiles it meanwhile.
        Contestant(LIMIT, None, warmup=2),
    )
}

assert all(contestant.loop is None or contestant.loop in LOOPS for contestant in CONTESTANTS.values())
