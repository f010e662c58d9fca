"""What this process holds. It imports nothing, because an import is a part of what is measured."""

from __future__ import annotations


def resident() -> int:
    """Bytes of resident memory."""
    return _field("Rss")


def proportional() -> int:
    """Bytes, of which a page that n processes share counts as one n-th."""
    return _field("Pss")


def _field(name: str) -> int:
    # Not /proc/self/status: its counters are brought up to date only now and then.
    with open("/proc/self/smaps_rollup") as rollup:
        for line in rollup:
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/smaps_rollup has no {name}")
