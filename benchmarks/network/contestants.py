"""The contestants: the loops of benchmarks/harness, variants of them, and the limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.harness.loops import BASE, LOOPS, SUBJECT

REFERENCE = "uvloop"
"""Ratios are against this one."""

LIMIT = "limit"
"""A server with nothing above the system calls, and OpenSSL where it has TLS."""

LAYER = "aiofastnet"
"""A package with transports and TLS of its own for any loop that has `add_reader` and `add_writer`."""


@dataclass(frozen=True)
class Contestant:
    """What is measured in one process."""

    name: str
    loop: str | None
    """Name in `LOOPS`; None for the server that is no Python."""
    environment: dict[str, str] = field(default_factory=dict)
    warmup: float = 1
    """How many times as long as the others it is warmed up."""
    required: bool = False
    layer: str | None = None
    """The package that provides the transports instead of the loop."""
    plain: bool = False
    """Without TLS, in scenarios that compare with that."""


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
        Contestant(f"uvloop+{LAYER}", "uvloop", layer=LAYER),
        Contestant("uvloop-plain", "uvloop", plain=True),
        Contestant("rloop", "rloop"),
        Contestant(f"{SUBJECT}+{LAYER}", SUBJECT, layer=LAYER),
        Contestant(SUBJECT, SUBJECT, required=True),
        # It runs on a JVM, which compiles it meanwhile.
        Contestant(LIMIT, None, warmup=2),
    )
}

assert all(contestant.loop is None or contestant.loop in LOOPS for contestant in CONTESTANTS.values())
