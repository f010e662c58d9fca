"""Figures as texts, the same on all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.units import UNITS
from benchmarks.report.intervals import Verdict
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from benchmarks.report.intervals import Interval
    from benchmarks.report.runs import Row

MISSING = "-"


def digits(value: float) -> str:
    """Three significant digits, or all of a whole number."""
    size = abs(value)
    if size >= 99.95 or value == 0:
        return f"{value:,.0f}"
    if size >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"


def value_text(row: Row, value: float | None) -> str:
    """A figure of a row with its unit."""
    if value is None:
        return MISSING
    if row.shown_unit == "/s":
        return rate_text(value)
    if row.unit == "count" and value == int(value):
        return f"{value:,.0f}"
    return f"{digits(value / UNITS[row.shown_unit].scale)} {row.shown_unit}".strip()


def rate_text(value: float) -> str:
    """Per second."""
    for name, scale in (("M", 1e6), ("k", 1e4)):
        if value >= scale:
            return f"{digits(value / (1e6 if name == 'M' else 1e3))} {name}/s"
    return f"{digits(value)} /s"


def time_text(nanoseconds: float) -> str:
    """A time in the unit that fits it."""
    for unit in ("ns", "us", "ms"):
        if abs(nanoseconds) < 999.5 * UNITS[unit].scale:
            return f"{digits(nanoseconds / UNITS[unit].scale)} {unit}"
    return f"{digits(nanoseconds / UNITS['s'].scale)} s"


def round_time_text(nanoseconds: float) -> str:
    """The same of a round value, as at an axis: no zeros behind the point."""
    return time_text(nanoseconds).replace(".00 ", " ").replace(".0 ", " ")


def interval_text(row: Row, interval: Interval | None) -> str:
    """A ratio or a difference, in brackets its interval."""
    if interval is None:
        return MISSING
    if row.comparison == "ratio":
        middle, low, high = (ratio_digits(each) for each in (interval.median, interval.low, interval.high))
        return f"{middle} ({low}-{high})"
    middle, low, high = (_signed(row, each) for each in (interval.median, interval.low, interval.high))
    return f"{middle} {row.shown_unit}".strip() + f" ({low} to {high})"


def ratio_digits(value: float) -> str:
    """Two decimals, as long as they say something."""
    return f"{value:.2f}" if value < 9.995 else digits(value)


def _signed(row: Row, value: float) -> str:
    scaled = value / UNITS[row.shown_unit].scale
    text = digits(scaled)
    return text if scaled < 0 or text == "0" else f"+{text}"


def judged_text(row: Row, reference: str | None) -> str:
    """PyLoop compared with a contestant: bold if it is behind, and marked if nothing can be said."""
    if reference is None:
        return MISSING
    text, verdict = interval_text(row, row.compared(reference)), row.verdict(reference)
    if verdict is Verdict.BEHIND:
        return f"**{text}**"
    return f"{text} ≈" if verdict is Verdict.NOISE else text


def best_rival_text(row: Row) -> str:
    """The best rival and PyLoop compared with it."""
    if not row.best_rival or row.compared(row.best_rival) is None:
        return MISSING
    return f"{shown_name(row.best_rival)} {judged_text(row, row.best_rival)}"


def plural(count: int, one: str, many: str = "") -> str:
    """1 row, 2 rows."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
