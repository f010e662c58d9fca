"""Random strands of what reaches a loop from outside: timers, threads, signals, sockets, transports and pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.generator import Generator
    from fuzz.program import Op

_SIZES = (0, 1, 2, 10, 100, 100, 1000, 1000, 4095, 4096, 4097, 10_000, 65_536, 70_000, 200_000)
_KINDS = ("bytes", "bytes", "bytearray", "memoryview")
_MOST_STEPS = 14


def _steps(g: Generator, makers: list[tuple[Callable[[], Op], float]], most: int = _MOST_STEPS) -> tuple[Op, ...]:
    functions, weights = zip(*makers, strict=True)
    return tuple(g.random.choices(functions, weights)[0]() for _ in range(g.random.randrange(1, most)))


def timers(g: Generator) -> Op:
    """Deadlines in microseconds, all different."""
    rng = g.random
    delays = rng.sample(range(0, 6000, 37), 12)

    def callback_step() -> Op:
        kind = rng.choices(("cancel", "child", "timer", "raise"), (4, 2, 1, 0.5))[0]
        if kind == "cancel":
            return g.op("cancel", g.index())
        return g.op(kind, rng.randrange(100, 1000)) if kind == "timer" else g.op(kind)

    def sleep() -> Op:
        return g.op(rng.choice(("sleep", "sleep", "wait_for", "timeout")), rng.choice((1, 100, 1000, 2000)))

    ops = [
        g.op("timer", delay, body=tuple(callback_step() for _ in range(rng.randrange(3))))
        for delay in delays[: rng.randrange(1, 12)]
    ]
    ops += [g.op("sleeper", body=tuple(sleep() for _ in range(3))) for _ in range(rng.randrange(3))]
    return g.op("timers", body=tuple(ops))


def threads(g: Generator) -> Op:
    """What comes from other threads."""
    rng = g.random
    return g.op(
        "threads",
        body=_steps(
            g,
            [
                (lambda: g.op("executor", rng.random() < 0.3), 2),
                (lambda: g.op("to_thread"), 1),
                (lambda: g.op("post", rng.randrange(1, 20), rng.randrange(20)), 2),
                (lambda: g.op("post_idle", rng.randrange(1, 5)), 2),
                (lambda: g.op("submit", rng.random() < 0.3), 1),
            ],
            6,
        ),
    )


def signals(g: Generator) -> Op:
    """Handlers come and go."""
    rng = g.random
    return g.op(
        "signals",
        body=_steps(
            g,
            [
                (lambda: g.op("add", rng.randrange(3), rng.random() < 0.2), 3),
                (lambda: g.op("send", rng.randrange(3)), 3),
                (lambda: g.op("remove", rng.randrange(3)), 2),
                (lambda: g.op("python", rng.randrange(3)), 1),
            ],
        ),
    )


def stream(g: Generator) -> Op:
    """A connection and what is done to it."""
    rng = g.random
    ends = [
        [
            rng.random() < 0.4,
            rng.choice((0, 0, 16, 1000, 65_536)),
            rng.choices(("", "made raise", "eof raise", "lost raise", "made write"), (12, 1, 1, 1, 1))[0],
        ]
        for _ in range(2)
    ]
    # A small buffer takes an iteration for each filling.
    sizes = _SIZES[:8] if any(end[1] == 16 for end in ends) else _SIZES
    family = rng.choice(("unix", "unix", "tcp"))
    pokes = (
        "data raise", "data pause", "data write", "data close", "data abort", "data switch", "buffer raise", "empty",
    )  # fmt: skip

    def side() -> int:
        return rng.randrange(2)

    # No empty piece in `writelines`: from 3.12 on asyncio keeps it in its buffer and tries to send it for ever.
    def size() -> int:
        return rng.choice(sizes)

    makers: list[tuple[Callable[[], Op], float]] = [
        (lambda: g.op("write", side(), size(), rng.choice(_KINDS)), 10),
        (lambda: g.op("writelines", side(), [size() or 1 for _ in range(rng.randrange(5))]), 3),
        (lambda: g.op("sync"), 3),
        (lambda: g.op("yield", rng.randrange(1, 4)), 3),
        (lambda: g.op("wait", 0.001), 0.5),
        (lambda: g.op("pause", side()), 2),
        (lambda: g.op("resume", side()), 2),
        (
            lambda: g.op("limits", side(), *rng.choice(((None, None), (0, None), (0, 0), (10, 5), (1, 2), (10**6, 0)))),
            1,
        ),
        (lambda: g.op("look", side()), 2),
        (lambda: g.op("switch", side()), 1),
        (lambda: g.op("misuse", side()), 0.5),
        (lambda: g.op("poke", side(), rng.choice(pokes)), 3),
        (lambda: g.op("eof", side()), 0.8),
        (lambda: g.op("close", side()), 0.4),
        (lambda: g.op("abort", side()), 0.4),
        (
            lambda: g.op("rough", side(), [size() for _ in range(rng.randrange(4))], rng.choice(("close", "abort"))),
            0.3,
        ),
    ]
    if sizes is _SIZES and family == "unix":  # TCP takes megabytes before it blocks
        makers.append((lambda: g.op("huge", side()), 0.5))
    return g.op("stream", family, *ends, body=_steps(g, makers))


def datagrams(g: Generator) -> Op:
    """Two endpoints."""
    rng = g.random
    sizes = (1, 10, 100, 1000, 1400)  # asyncio drops empty ones in some versions, and nobody could wait for them
    return g.op(
        "datagrams",
        rng.choice(("unix", "udp")),
        body=_steps(
            g,
            [
                (lambda: g.op("send", rng.randrange(2), [rng.choice(sizes) for _ in range(rng.randrange(1, 20))]), 5),
                (lambda: g.op("sync"), 4),
                (lambda: g.op("yield", rng.randrange(1, 4)), 2),
                (lambda: g.op("poke", rng.randrange(2), rng.choice(("raise", "answer", "answer", "close"))), 2),
                (lambda: g.op("misuse", rng.randrange(2)), 0.5),
                (lambda: g.op("close", rng.randrange(2), rng.choice(("close", "abort"))), 0.5),
            ],
        ),
    )


def pipe(g: Generator) -> Op:
    """A read and a write transport."""
    rng = g.random
    return g.op(
        "pipe",
        body=_steps(
            g,
            [
                (lambda: g.op("write", rng.choice(_SIZES[:-1]), rng.choice(_KINDS)), 8),
                (lambda: g.op("sync"), 3),
                (lambda: g.op("pause"), 1.5),
                (lambda: g.op("resume"), 1.5),
                (lambda: g.op("yield", rng.randrange(1, 4)), 2),
                (lambda: g.op("look"), 1),
                (lambda: g.op("poke", rng.choice(("data raise", "data pause", "data close"))), 1),
                (
                    lambda: g.op(
                        "close", rng.choice(("reader", "writer")), rng.choice(("close", "abort", "write_eof"))
                    ),
                    0.5,
                ),
            ],
        ),
    )


def sockets(g: Generator) -> Op:
    """Readers, writers, and the `sock_` methods."""
    rng = g.random

    def size() -> int:
        return rng.choice((1, 10, 1000, 5000))

    def side() -> int:
        return rng.randrange(2)

    return g.op(
        "sockets",
        body=_steps(
            g,
            [
                (lambda: g.op("reader", side(), size(), rng.choice((100, 1000, 10_000)), rng.random() < 0.3), 4),
                (lambda: g.op("reader_fails", side()), 1),
                (lambda: g.op("writer", side(), rng.randrange(1, 5)), 3),
                (lambda: g.op("both", side()), 2),
                (
                    lambda: g.op(
                        "transfer",
                        side(),
                        rng.choice((0, 1, 1000, 70_000, 400_000)),
                        rng.choice((1000, 65_536)),
                        rng.random() < 0.5,
                    ),
                    4,
                ),
                (lambda: g.op("cancel", side(), rng.randrange(4), rng.choice(("cancel", "reader"))), 3),
                (lambda: g.op("connect", rng.random() < 0.3), 2),
                (lambda: g.op("datagrams", [rng.randrange(1500) for _ in range(rng.randrange(4))]), 1),
                (lambda: g.op("blocking"), 0.5),
                (lambda: g.op("misuse"), 0.3),
            ],
        ),
    )


OUTER_STRANDS: dict[str, Callable[[Generator], Op]] = {
    "timers": timers,
    "threads": threads,
    "signals": signals,
    "stream": stream,
    "stream again": stream,  # twice as often
    "datagrams": datagrams,
    "pipe": pipe,
    "sockets": sockets,
}
