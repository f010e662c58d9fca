"""Small results of benchmark runs, made up, in the format that the reports read."""

from typing import Any

CONTESTANTS = {"asyncio": "3.11.7", "uvloop": "0.23.0", "rloop": "0.5.0", "pyloop": "0.1.0"}


def interval(median: float, spread: float = 0.1) -> dict[str, float]:
    """A ratio that is not known exactly."""
    return {"median": median, "low": median - spread, "high": median + spread, "confidence": 0.98}


def row(workload: str, *, rival: float = 1.5, asyncio: float = 3.0, **changes: Any) -> dict[str, Any]:
    """A row of times in which PyLoop takes 100 ns; the ratios are to the best rival and to asyncio."""
    values = {"asyncio": 100 * asyncio, "uvloop": 100 * rival, "rloop": 100 * rival + 50, "pyloop": 100.0}
    cells: dict[str, Any] = {
        name: {
            "value": value,
            "rounds": [value * factor for factor in (0.99, 1.0, 1.01)],
            "vs_asyncio": None if name == "asyncio" else interval(values["asyncio"] / value),
            "vs_best_rival": interval(rival) if name == "pyloop" else None,
        }
        for name, value in values.items()
    }
    return {
        "suite": "loop",
        "section": "warm",
        "load": "quiet",
        "workload": workload,
        "metric": "mean",
        "title": workload.replace("_", " "),
        "unit": "ns",
        "shown_unit": "ns",
        "better": "lower",
        "comparison": "ratio",
        "operations": 1000,
        "parameter": None,
        "best_rival": "uvloop",
        "contestants": cells,
        **changes,
    }


def without(made: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row without figures of these contestants."""
    cells = {name: cell for name, cell in made["contestants"].items() if name not in names}
    best = made["best_rival"] if made["best_rival"] in cells else None
    if best is None and "pyloop" in cells:
        cells["pyloop"] = {**cells["pyloop"], "vs_best_rival": None}
    return {**made, "contestants": cells, "best_rival": best}


def memory(workload: str, more: float, metric: str = "RSS") -> dict[str, Any]:
    """A row of memory in which PyLoop takes so much more than the others, in bytes."""
    made = row(workload, suite="memory", section="memory", metric=metric, unit="bytes", shown_unit="MiB")
    for name, cell in made["contestants"].items():
        value = 2.0e7 + (more if name == "pyloop" else 0)
        cell |= {"value": value, "rounds": [value] * 3}
        cell |= {"vs_asyncio": interval(value - 2.0e7, 1000), "vs_best_rival": interval(more, 1000)}
    return {**made, "comparison": "difference"}


def scaling(name: str, sizes: dict[int, float]) -> list[dict[str, Any]]:
    """Rows of the same work in several sizes, with PyLoop's ratio to the best rival at each."""
    return [
        row(f"{name}_{size // 1000}k", section="scaling", parameter=size, rival=ratio, title=f"{name}, {size // 1000}k")
        for size, ratio in sizes.items()
    ]


def result(*rows: dict[str, Any], python: str = "3.11.7", **changes: Any) -> dict[str, Any]:
    """A run with these rows."""
    return {
        "format": 3,
        "metadata": {
            "date": "2026-01-02T03:04:05+00:00",
            "python": python,
            "implementation": "CPython",
            "machine": "x86_64",
            "processor": "Some Processor",
            "cores": 2,
            "kernel": "Linux 6.0.0",
            "commit": "0123abc",
            "load_average": [0.1, 0.1, 0.1],
            "other_processes": 0.0,
        },
        "settings": {"kind": "full", "loaded": False, "sections": {}},
        "seconds": 120.0,
        "control": {"name": "asyncio", "drift": 0.01, "void": False, "disturbed": 0.0, "samples": [1.0, 1.01]},
        "contestants": {name: {"version": version, "engine": None} for name, version in CONTESTANTS.items()},
        "missing": {},
        "failures": [],
        "rows": list(rows),
        **changes,
    }
