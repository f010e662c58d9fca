"""What this benchmark shares with the one of benchmarks/pyloop: the loops, and what is said about the machine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "pyloop"))

import metadata
from command_line import ProgressLine, names, positive
from loops import BASE, LOOPS, SUBJECT, LoopSpec
from metadata import version_text
from summary import ratio
from worker_client import clean_environment

__all__ = [
    "BASE",
    "LOOPS",
    "SUBJECT",
    "LoopSpec",
    "ProgressLine",
    "clean_environment",
    "metadata",
    "names",
    "positive",
    "ratio",
    "version_text",
]
