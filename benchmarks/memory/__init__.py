"""What processes and single objects hold, in the order in which it runs and is reported."""

from __future__ import annotations

from .base import MemoryMeasurement, ObjectSize

__all__ = ["MEMORY", "MemoryMeasurement"]

_STAGES = {
    "import": "after import",
    "loop": "after first loop",
    "100": "after first 100 callbacks",
    "1000": "after first 1k callbacks",
    "10000": "after first 10k callbacks",
    "100000": "after first 100k callbacks",
}
_OBJECTS = {"handle": ("ready callback", 100_000), "timer": ("timer", 100_000), "task": ("waiting task", 20_000)}

MEMORY: dict[str, MemoryMeasurement] = {
    measurement.name: measurement
    for measurement in (
        *(
            MemoryMeasurement(f"held_{stage}", title, "stages.py", stage, metrics=("RSS", "PSS"))
            for stage, title in _STAGES.items()
        ),
        MemoryMeasurement("used_loop", "used loop", "used_loop.py", metrics=("RSS", "VmSize", "threads")),
        MemoryMeasurement("workers", "each of 4 forked workers", "workers.py", metrics=("PSS", "private")),
        *(
            ObjectSize(f"one_{kind}", f"each {title}", "objects.py", kind, str(number))
            for kind, (title, number) in _OBJECTS.items()
        ),
        ObjectSize("one_connection", "each idle connection of 1k", "connections.py", "1000"),
        ObjectSize(
            "idle_connections_10k",
            "each idle connection of 10k",
            "connections.py",
            "10000",
            metrics=("RSS", "blocks", "connections"),
        ),
    )
}
