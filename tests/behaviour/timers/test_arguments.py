"""The delays and times that call_later and call_at accept, and how they refuse the others."""

import fractions
import math
from decimal import Decimal

import pytest

from support.loop_kinds import Loop, run_iterations


@pytest.mark.parametrize("delay", [0, 0.0, -0.0, -1, -1e9, -math.inf, False, fractions.Fraction(0), 1e-12])
def test_delay_that_is_over_runs_at_once(loop: Loop, delay: float) -> None:
    seen: list[str] = []
    loop.call_later(delay, seen.append, "ran")
    run_iterations(loop, 2)
    assert seen == ["ran"]


@pytest.mark.parametrize("when", [0, 0.0, -1, 1, -1e300, -math.inf, -(10**30), True, fractions.Fraction(1, 3)])
def test_time_in_the_past_runs_at_once(loop: Loop, when: float) -> None:
    seen: list[str] = []
    loop.call_at(when, seen.append, "ran")
    run_iterations(loop)
    assert seen == ["ran"]


@pytest.mark.parametrize("delay", [10**6, 1e9, 1e18, 1e300, math.inf, 10**15, fractions.Fraction(10**9)])
def test_huge_delay_neither_runs_nor_disturbs(loop: Loop, delay: float) -> None:
    seen: list[str] = []
    handle = loop.call_later(delay, seen.append, "huge")
    loop.call_later(0.001, seen.append, "short")
    loop.call_later(0.002, loop.stop)
    loop.run_forever()
    assert seen == ["short"]
    handle.cancel()
    run_iterations(loop)
    assert seen == ["short"]


@pytest.mark.parametrize("when", [1e18, 1e300, math.inf, 10**30])
def test_huge_time_alone_does_not_end_the_wait(loop: Loop, when: float) -> None:
    seen: list[str] = []
    loop.call_at(when, seen.append, "huge")
    loop.call_soon(loop.call_soon_threadsafe, loop.stop)
    loop.run_forever()
    assert seen == []


def test_huge_deadlines_beyond_the_clock_keep_their_values(loop: Loop) -> None:
    handles = [loop.call_at(when, int) for when in (1e20, 1e30, math.inf)]
    assert [handle.when() for handle in handles] == [1e20, 1e30, math.inf]


def test_time_that_is_not_a_number_counts_as_due(loop: Loop) -> None:
    """A comparison with NaN is false, so asyncio never finds such a deadline to lie in the future."""
    seen: list[str] = []
    loop.call_at(math.nan, seen.append, "nan")
    # With work ready asyncio computes no timeout; from Python 3.13 on it fails to make one of NaN.
    loop.call_soon(seen.append, "soon")
    run_iterations(loop)
    assert seen == ["soon", "nan"]


def test_integer_and_float_deadlines_order_together(loop: Loop) -> None:
    seen: list[float] = []
    for when in (3, 2.5, 2, 1.5, 1, fractions.Fraction(5, 4)):
        loop.call_at(when, seen.append, when)  # type: ignore[arg-type]
    run_iterations(loop)
    assert seen == [1, fractions.Fraction(5, 4), 1.5, 2, 2.5, 3]


def test_none_is_refused_with_a_clear_text(loop: Loop) -> None:
    with pytest.raises(TypeError, match="delay must not be None"):
        loop.call_later(None, int)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="when cannot be None"):
        loop.call_at(None, int)  # type: ignore[arg-type]


@pytest.mark.parametrize("delay", ["1", b"1", [], (), {}, object(), Decimal(1)], ids=repr)
def test_delay_that_cannot_be_added_to_a_time_is_a_type_error(loop: Loop, delay: object) -> None:
    with pytest.raises(TypeError):
        loop.call_later(delay, int)  # type: ignore[arg-type]
    run_iterations(loop)


@pytest.mark.parametrize("when", ["1", b"1", [], {}, object(), 1j], ids=lambda when: type(when).__name__)
def test_time_that_cannot_be_compared_is_a_type_error(loop: Loop, when: object) -> None:
    """asyncio notices it when it compares: at once if other timers wait, else in the next iteration."""

    def schedule_and_run() -> None:
        loop.call_at(when, int)  # type: ignore[arg-type]
        loop.call_later(0.001, loop.stop)
        loop.run_forever()

    with pytest.raises(TypeError):
        schedule_and_run()


def test_callback_is_required(loop: Loop) -> None:
    with pytest.raises(TypeError):
        loop.call_later(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        loop.call_at(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        loop.call_later()  # type: ignore[call-arg]


def test_keyword_arguments_are_refused(loop: Loop) -> None:
    with pytest.raises(TypeError, match="end"):
        loop.call_later(0, print, end="")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="end"):
        loop.call_at(0, print, end="")  # type: ignore[call-arg]


def test_arguments_reach_the_callback(loop: Loop) -> None:
    seen: list[tuple[object, ...]] = []

    def record(*args: object) -> None:
        seen.append(args)

    for count in range(6):
        loop.call_at(count, record, *range(count))
    run_iterations(loop)
    assert seen == [tuple(range(count)) for count in range(6)]
