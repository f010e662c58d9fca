"""The contestants: the loops as they are, variants of them, other frameworks, and the limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.harness.loops import BASE, LOOPS, RIVALS, SUBJECT

LIMIT = "limit"
"""A server with nothing above the system calls, and OpenSSL where it has TLS."""

LAYER = "aiofastnet"
"""A package with transports and TLS of its own for any loop that has `add_reader` and `add_writer`."""


@dataclass(frozen=True)
class Contestant:
    """What is measured in one process."""

    name: str
    loop: str | None
    """Name in `LOOPS`; None for what does not run on a loop of asyncio's kind."""
    environment: dict[str, str] = field(default_factory=dict)
    warmup: float = 1
    """How many times as long as the others it is warmed up."""
    required: bool = False
    layer: str | None = None
    """The package that provides the transports instead of the loop."""
    plain: bool = False
    """Without TLS, in scenarios that compare with that."""
    framework: str | None = None
    """The package whose interface the program is written for instead of asyncio's."""
    rival: bool = False
    """Whether PyLoop is compared with it, if it is the best one."""

    @property
    def is_loop(self) -> bool:
        """Whether it is a loop as it is: no variant, no other framework, not the limit."""
        return self.loop is not None and not (self.environment or self.layer or self.plain or self.framework)


CONTESTANTS: dict[str, Contestant] = {
    contestant.name: contestant
    for contestant in (
        Contestant(BASE, BASE, required=True),
        *(Contestant(name, name, rival=True) for name in RIVALS),
        # glibc gives the memory of large messages back to the kernel and takes it again, unless told not to.
        Contestant(
            "uvloop-malloc",
            "uvloop",
            {"MALLOC_TRIM_THRESHOLD_": str(1 << 29), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)},
        ),
        Contestant(f"uvloop+{LAYER}", "uvloop", layer=LAYER, rival=True),
        Contestant("uvloop-plain", "uvloop", plain=True),
        Contestant(f"{SUBJECT}+{LAYER}", SUBJECT, layer=LAYER),
        Contestant("trio", None, framework="trio", rival=True),
        Contestant("curio", None, framework="curio", rival=True),
        Contestant("gevent", None, framework="gevent", rival=True),
        Contestant(f"anyio+{SUBJECT}", SUBJECT, framework="anyio"),
        Contestant(SUBJECT, SUBJECT, required=True),
        # It runs on a JVM, which compiles it meanwhile.
        Contestant(LIMIT, None, warmup=2),
    )
}

assert all(contestant.loop is None or contestant.loop in LOOPS for contestant in CONTESTANTS.values())
