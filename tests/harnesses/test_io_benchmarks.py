"""The I/O benchmarks: that servers are measured and checked, and the arithmetic. No figures are judged."""

from __future__ import annotations

import json
import os
import socket
import ssl  # noqa: F401  # loads what SHARED_LIBSSL looks for
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from harnesses.io_runs import SHORT, needs_load_generator, run_benchmark, run_scenarios
from support.project import path_with_tests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
        assert list(cell["cpu_compared"]) == ["asyncio", "limit"]
    last_table = finished.stdout[finished.stdout.index("CPU per request: pyloop") :]
    assert [cell["title"] in last_table for cell in result["cells"]] == [True, True]


@needs_load_generator
@pytest.mark.parametrize(
    "scenarios",
    [
        "streams,sockets,udp,churn,tls,tls12,tls-streams",
        "framed,pipelined,upload,download,unix,unix-churn",
        "handshake,handshake-rsa,resumed,resumed-tls12",
        "uvicorn,uvicorn-tls,aiohttp,aiohttp-tls",
        "aiohttp-client,aiohttp-client-new,httpx-client,httpx-client-new",
    ],
)
def test_every_kind_of_program_answers_right(scenarios: str, tmp_path: Path) -> None:
    """With every byte compared, for stock asyncio: it is the harness that is tested."""
    names = scenarios.split(",")
    result = run_scenarios(tmp_path, names, "asyncio")
    assert {cell["scenario"] for cell in result["cells"]} | set(result["missing"]) == set(names)
    assert [cell["failures"] for cell in result["cells"]] == [{}] * len(result["cells"])


@needs_load_generator
def test_database_client_with_and_without_tls(tmp_path: Path) -> None:
    """The measured client is asyncpg; the server is a PostgreSQL of the run's own, which is gone afterwards."""
    names = ["asyncpg", "asyncpg-rows"]
    result = run_scenarios(tmp_path, names, "asyncio,uvloop-plain")
    assert {cell["scenario"] for cell in result["cells"]} | set(result["missing"]) == {*names, *result["missing"]}
    for cell in result["cells"]:
        assert cell["failures"] == {}
        assert set(cell["loops"]) == {"asyncio", "uvloop-plain"} - set(result["missing"])
        assert cell["loops"]["asyncio"]["client_load"] > 0


@needs_load_generator
def test_wrong_bytes_are_a_failure(load_module: Callable[[str], ModuleType]) -> None:
    """A server that answers with other bytes of the same number is found out, without --verify too."""
    generator = load_module("load_generator").LoadGenerator(None)
    failed = load_module("processes").FailedError
    server = subprocess.Popen(
        [sys.executable, "-m", "harnesses.programs.wrong_server"],
        env={**os.environ, "PYTHONPATH": path_with_tests()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        generator.open("wrong", {"address": int(server.stdout.readline()), "size": 4096})
        with pytest.raises(failed, match="wrong bytes in response 0 of connection 0"):
            generator.run("wrong", 0.1)
    finally:
        server.communicate("\n")
        generator.close()


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
        peer=None,
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
    assert summary["cpu_compared"] == {"uvloop": figures["vs_reference"]["cpu_us"]}
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
    quick = {name for name, scenario in load_module("catalogue").SCENARIOS.items() if scenario.quick}
    assert quick == {"protocol", "streams", "sockets", "udp", "tls", "churn"}


def test_groups_have_the_rows_that_are_promised(load_module: Callable[[str], ModuleType]) -> None:
    catalogue = load_module("catalogue")
    assert set(catalogue.GROUPS) == {"tls", "apps", "tcp"}
    tls = {scenario.name: loads for scenario, loads in catalogue.GROUPS["tls"]}
    assert set(tls) == {name for name, scenario in catalogue.SCENARIOS.items() if scenario.transport == "tls"}
    assert {(load.size, load.connections) for load in tls["tls"]} == {
        (size, connections) for size in (100, 1024, 10240, 16384, 102400) for connections in (10, 100)
    }
    tcp = {scenario.name: loads for scenario, loads in catalogue.GROUPS["tcp"]}
    assert set(tcp) == {"protocol", "churn", "unix-churn"}
    assert [(load.size, load.connections) for load in tcp["protocol"]] == [
        (102400, 10),
        (102400, 100),
        (1024, 1000),
        (10240, 1000),
    ]


def test_every_scenario_has_its_program(load_module: Callable[[str], ModuleType]) -> None:
    for scenario in load_module("catalogue").SCENARIOS.values():
        programs = load_module("clients").CLIENTS if scenario.peer else load_module("servers").SERVERS
        assert scenario.program in programs
        assert scenario.peer is None or scenario.peer in load_module("peers").PEERS


def test_unknown_scenario_is_refused() -> None:
    finished = run_benchmark("--scenarios", "nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
