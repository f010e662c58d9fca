"""What a reader must know about the machine and the software to judge a result; no names, no paths."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAMES_OR_PLACES = frozenset({"boot_time", "hostname", "python_executable", "uptime", "date", "duration", "loops"})
"""Of pyperf's metadata: what tells nothing, or too much."""


def collect() -> dict[str, object]:
    """Python, processor, kernel and date."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": f"{platform.system()} {platform.release()}",
        "commit": _commit(),
        "pyperf": _by_pyperf(),
    }


def _by_pyperf() -> dict[str, object] | None:
    """What pyperf collects of the machine and of Python, less what names the machine; None if it is not installed."""
    try:
        import pyperf
    except ImportError:
        return None
    collected = pyperf.Run([1.0]).get_metadata()
    return {name: value for name, value in sorted(collected.items()) if name not in NAMES_OR_PLACES}


def _commit() -> str | None:
    """Of the source tree, with a + if it was changed since; None where there is no git."""
    command = [
        "git",
        "-C",
        str(Path(__file__).parent),
        "describe",
        "--always",
        "--exclude",
        "*",
        "--dirty=+",
        "--abbrev=12",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def loaded_engine() -> str | None:
    """What PyLoop says of its engine, if this process has loaded it: how it was built matters to its speed."""
    module = sys.modules.get("data_bridge.pyloop._engine")
    return None if module is None else str(module.facts.get("engine", "unknown"))


def version_text(name: str, about: dict[str, Any]) -> str:
    """A loop with its version, and with its engine if it says anything of one."""
    return f"{name} {about['version']}" + (f" ({about['engine']})" if about["engine"] else "")


class OtherProcesses:
    """How much of the machine was used by anything but this run, from its creation on."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._foreign = _foreign_seconds()

    def cores_used(self) -> float:
        """Cores used by others on average. Call it when the workers have ended: their time is known only then."""
        return round(max(_foreign_seconds() - self._foreign, 0) / (time.monotonic() - self._start), 2)


def _foreign_seconds() -> float:
    """Processor time of the whole machine, less that of this process and its ended children."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[1:9])
    everything = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    own = os.times()
    return everything - own.user - own.system - own.children_user - own.children_system
