"""The soak of the benchmarks of servers: what it reports and what it calls a failure. No servers are started."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest

from support.project import ROOT

BENCHMARKS = ROOT / "benchmarks" / "network"


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.syspath_prepend(str(BENCHMARKS.parents[1]))
    return importlib.import_module("benchmarks.network.soak")


def phase_between(soak: Any, descriptors_before: int, descriptors_after: int | None, failure: str = "") -> Any:
    phase = soak.Phase("messages", soak.ECHO_LOADS, 1000)
    phase.requests.update({100: 1500, 1024: 500})
    phase.before = soak.Observation(descriptors_before, 12, 80.25, 90_000)
    if descriptors_after is not None:
        phase.after = soak.Observation(descriptors_after, 11, 81.5, 90_010)
    phase.failure = failure
    return phase


def test_as_many_descriptors_or_fewer_are_no_problem(soak: Any) -> None:
    assert soak.problems([phase_between(soak, 10, 10), phase_between(soak, 10, 9)]) == []


def test_more_descriptors_and_failures_are_problems(soak: Any) -> None:
    phases = [phase_between(soak, 10, 12), phase_between(soak, 10, None, "the server closed a connection")]
    assert soak.problems(phases) == [
        "messages: the server closed a connection",
        "messages: 2 descriptors more than before",
    ]


def test_wrong_bytes_are_counted_from_what_the_load_generator_says(soak: Any) -> None:
    failures = ["", "3 wrong bytes in response 0 of connection 7", "died: exit status 1"]
    assert soak.wrong_bytes(failures) == 3


def test_table_shows_requests_by_size_and_what_changed(soak: Any) -> None:
    table = [line.split() for line in soak.render([phase_between(soak, 10, 12)]).splitlines()]
    assert table[0] == ["messages", "2,000", "in", "0", "s;", "100", "B:", "1,500,", "1", "KiB:", "500"]
    assert ["wrong", "bytes", "0"] in table
    assert ["open", "descriptors", "10", "12", "+2"] in table
    assert ["threads", "12", "11", "-1"] in table
    assert ["RSS,", "MiB", "80.2", "81.5", "+1.2"] in table


def test_what_was_not_reached_is_a_dash(soak: Any) -> None:
    table = soak.render([phase_between(soak, 10, None, "died")])
    assert ["open", "descriptors", "10", "-", "-"] in [line.split() for line in table.splitlines()]


def test_status_of_a_process_is_read(soak: Any) -> None:
    assert soak.parse_status("Name:\tpython\nVmRSS:\t    2560 kB\nThreads:\t7\n") == (7, 2.5)


def test_unknown_loop_is_refused() -> None:
    finished = subprocess.run(
        [sys.executable, str(BENCHMARKS / "soak.py"), "--loop", "limit"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 2
    assert "invalid choice: 'limit'" in finished.stderr
