"""The I/O benchmarks: that servers are measured and checked, and the arithmetic. No figures are judged."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from support.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BENCHMARKS = ROOT / "benchmarks" / "io"
JAR = BENCHMARKS / "loadgen" / "target" / "loadgen.jar"
needs_load_generator = pytest.mark.skipif(
    not JAR.exists(), reason="the load generator is not built: `make loadgen` builds it, for which Maven is needed"
)
SHORT = ("--quick", "--rounds", "2", "--window", "0.02", "--warmup", "0.05", "--verify")


def run_benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "bench_io.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def load_module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A function that imports a module of the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS.parents[1]))
    return lambda name: importlib.import_module(f"benchmarks.io.{name}")


@needs_load_generator
def test_run_gives_plausible_figures_for_each_loop(tmp_path: Path) -> None:
    output = tmp_path / "result.json"
    finished = run_benchmark(
        *SHORT, "--loops", "asyncio,pyloop,limit", "--scenarios", "protocol", "--output", str(output)
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Protocol, TCP echo: 1 KiB x 100 connections" in finished.stdout
    result: dict[str, Any] = json.loads(output.read_text())
    assert result["reference"] == "asyncio"
    assert result["missing"] == {}
    assert result["loops"]["asyncio"]["engine"] is None
    assert result["loops"]["pyloop"]["engine"]
    assert [(cell["scenario"], cell["size"], cell["connections"]) for cell in result["cells"]] == [
        ("protocol", 1024, 100),
        ("protocol", 102400, 10),
    ]
    for cell in result["cells"]:
        assert cell["failures"] == {}
        assert list(cell["loops"]) == ["asyncio", "pyloop", "limit"]
        for figures in cell["loops"].values():
            assert all(len(values) == 2 for values in figures["rounds"].values())
            assert figures["requests_per_second"] > 0
            assert 0 < figures["loop_cpu_us"] <= figures["cpu_us"] * 1.01
            assert 0 < figures["p50_us"] <= figures["p99_us"] <= figures["max_us"]
            assert figures["lost"] == 0
        assert cell["loops"]["asyncio"]["vs_reference"]["cpu_us"]["median"] == 1


@needs_load_generator
@pytest.mark.parametrize("scenarios", ["streams,sockets,udp,churn,tls", "framed,pipelined,upload,download,unix"])
def test_every_kind_of_server_answers_right(scenarios: str, tmp_path: Path) -> None:
    """With every byte compared, for stock asyncio: it is the harness that is tested."""
    output = tmp_path / "result.json"
    options = ("--loops", "asyncio", "--rounds", "1", "--scenarios", scenarios, "--output", str(output))
    finished = run_benchmark(*SHORT, *options)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    result: dict[str, Any] = json.loads(output.read_text())
    assert {cell["scenario"] for cell in result["cells"]} | set(result["missing"]) == set(scenarios.split(","))
    assert [cell["failures"] for cell in result["cells"]] == [{}] * len(result["cells"])


@needs_load_generator
def test_wrong_bytes_are_a_failure(load_module: Callable[[str], ModuleType]) -> None:
    """A server that answers with other bytes of the same number is found out, without --verify too."""
    generator = load_module("load_generator").LoadGenerator(None)
    failed = load_module("processes").FailedError
    server = subprocess.Popen(
        [sys.executable, "-c", WRONG_SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        generator.open("wrong", {"address": int(server.stdout.readline()), "size": 4096})
        with pytest.raises(failed, match="wrong bytes in response 0 of connection 0"):
            generator.run("wrong", 0.1)
    finally:
        server.communicate("\n")
        generator.close()


WRONG_SERVER = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
received = b""
while len(received) < 4096:
    received += client.recv(4096)
client.sendall(received[::-1])
input()
"""


@needs_load_generator
@pytest.mark.parametrize(
    ("answers", "failure"),
    [(0, "the server closed a connection"), (2, "more bytes than were asked for")],
    ids=["no answer", "two answers"],
)
def test_a_connection_must_be_closed_after_one_answer(
    answers: int, failure: str, load_module: Callable[[str], ModuleType]
) -> None:
    generator = load_module("load_generator").LoadGenerator(None)
    failed = load_module("processes").FailedError

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(client.recv(100, socket.MSG_WAITALL) * answers)

    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = threading.Thread(target=serve)
            server.start()
            port = listener.getsockname()[1]
            generator.open("churn", {"address": port, "size": 100, "churn": "true", "verify": "true"})
            with pytest.raises(failed, match=failure):
                generator.run("churn", 0.1)
            server.join()
    finally:
        generator.close()


@needs_load_generator
def test_verified_connections_never_send_the_same_message(load_module: Callable[[str], ModuleType]) -> None:
    """Of one workload and of two that are open at the same time."""
    generator = load_module("load_generator").LoadGenerator(None)
    size, count = 16, 200
    connections: list[socket.socket] = []

    def receive() -> None:
        connections.extend(listener.accept()[0] for _ in range(4))
        for client in connections:
            data = client.recv(size * count, socket.MSG_WAITALL)
            messages.append({data[start : start + size] for start in range(0, len(data), size)})
            client.sendall(data)

    messages: list[set[bytes]] = []
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = threading.Thread(target=receive)
            server.start()
            words = {"address": listener.getsockname()[1], "size": size, "depth": count, "verify": "true"}
            for name in ("first", "second"):
                generator.open(name, words | {"connections": 2})
            for name in ("first", "second"):
                generator.run(name, 0)
            server.join()
    finally:
        generator.close()
        for client in connections:
            client.close()
    assert [len(each) for each in messages] == [count] * 4
    assert len(set.union(*messages)) == 4 * count


@pytest.mark.parametrize(("connections", "seconds"), [(1, 0.3), (300, 0.3), (1000, 1.0)])
def test_windows_are_longer_with_many_connections(
    load_module: Callable[[str], ModuleType], connections: int, seconds: float
) -> None:
    timing = load_module("measurement").Timing(rounds=7, window=0.3, warmup=2.0)
    assert timing.window_of(Size(100, connections)) == pytest.approx(seconds)


def test_ratios_are_medians_of_rounds_and_above_one_is_better(load_module: Callable[[str], ModuleType]) -> None:
    def windows(*rounds: tuple[int, float]) -> list[dict[str, float]]:
        zero = dict.fromkeys(("client_cpu", "waited", "lost", "p50_us", "p99_us", "p999_us", "max_us"), 0)
        return [
            zero | {"requests": requests, "seconds": 0.5, "process_cpu": cpu, "loop_cpu": cpu / 2}
            for requests, cpu in rounds
        ]

    cell = SimpleNamespace(
        scenario="protocol",
        title="",
        load=Size(1024, 10),
        busy=False,
        failures={"rloop": "refused"},
        windows={
            "uvloop": windows((1000, 0.1), (2000, 0.2), (1000, 0.1)),
            "pyloop": windows((2000, 0.1), (2000, 0.1), (3000, 0.15)),
        },
    )
    summary = load_module("figures").summarise(cell, "uvloop")
    figures = summary["loops"]["pyloop"]
    assert figures["requests_per_second"] == 4000
    assert figures["cpu_us"] == pytest.approx(50)
    assert figures["loop_cpu_us"] == pytest.approx(25)
    assert figures["vs_reference"]["requests_per_second"] == {"median": 2, "low": 1, "high": 3}
    assert figures["vs_reference"]["cpu_us"]["median"] == pytest.approx(2)
    assert not figures["client_bound"]
    assert summary["failures"] == {"rloop": "refused"}
    assert (summary["size"], summary["connections"]) == (1024, 10)


@dataclass(frozen=True)
class Size:
    size: int
    connections: int


def test_run_time_of_this_process_grows(load_module: Callable[[str], ModuleType]) -> None:
    processes = load_module("processes")
    assert processes.parse_schedstat("1500000000 250000000 42\n") == (1.5, 0.25)
    before = processes.run_time(os.getpid(), threading.get_native_id())
    sum(range(1_000_000))
    after = processes.run_time(os.getpid(), threading.get_native_id())
    assert after.loop > before.loop
    assert after.process > before.process
    assert after.process >= after.loop
    assert after.waited >= before.waited


def test_sizes_are_written_for_people(load_module: Callable[[str], ModuleType]) -> None:
    scenarios = load_module("scenarios")
    assert [scenarios.size_text(size) for size in (100, 1024, 102400, 1 << 20)] == [
        "100 B",
        "1 KiB",
        "100 KiB",
        "1 MiB",
    ]


def test_quick_form_has_the_scenarios_that_are_promised(load_module: Callable[[str], ModuleType]) -> None:
    quick = {name for name, scenario in load_module("scenarios").SCENARIOS.items() if scenario.quick}
    assert quick == {"protocol", "streams", "sockets", "udp", "tls", "churn"}


def test_unknown_scenario_is_refused() -> None:
    finished = run_benchmark("--scenarios", "nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
