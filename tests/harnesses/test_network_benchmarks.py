"""The benchmarks of servers and clients: they are measured and checked. No figures are judged."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from harnesses.network_runs import SHORT, needs_load_generator, run_benchmark, run_scenarios, scenarios_of
from support.project import path_with_tests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType


@needs_load_generator
def test_run_gives_plausible_figures_for_each_contestant(tmp_path: Path) -> None:
    output = tmp_path / "result.json"
    chosen = ("--loops", "asyncio,pyloop,limit", "--workloads", "protocol_1024x100,protocol_102400x10")
    finished = run_benchmark(*SHORT, *chosen, "--output", str(output))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Protocol, TCP echo: 1 KiB x 100 connections: CPU/request" in finished.stdout
    result: dict[str, Any] = json.loads(output.read_text())
    assert (result["missing"], result["failures"]) == ({}, [])
    assert result["contestants"]["asyncio"]["engine"] is None
    assert result["contestants"]["pyloop"]["engine"]
    assert [(row["workload"], row["metric"]) for row in result["rows"]] == [
        (name, metric)
        for name in ("protocol_1024x100", "protocol_102400x10")
        for metric in ("cpu", "rate", "p50", "p99")
    ]
    for row in result["rows"]:
        assert list(row["contestants"]) == ["asyncio", "pyloop", "limit"]
        for figures in row["contestants"].values():
            assert len(figures["rounds"]) == 2
            assert min(figures["rounds"]) > 0
        own, other = (row["contestants"][name]["rounds"] for name in ("pyloop", "asyncio"))
        better = [
            mine / theirs if row["metric"] == "rate" else theirs / mine for mine, theirs in zip(own, other, strict=True)
        ]
        assert row["contestants"]["pyloop"]["vs_asyncio"]["median"] == pytest.approx(statistics.median(better))
        assert row["best_rival"] is None


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
    assert scenarios_of(result) == set(names)
    assert result["failures"] == []


@needs_load_generator
def test_database_client_with_and_without_tls(tmp_path: Path) -> None:
    """The measured client is asyncpg; the server is a PostgreSQL of the run's own, which is gone afterwards."""
    names = ["asyncpg", "asyncpg-rows"]
    result = run_scenarios(tmp_path, names, "asyncio,uvloop-plain")
    assert scenarios_of(result) == set(names)
    assert result["failures"] == []
    for row in result["rows"]:
        assert set(row["contestants"]) == {"asyncio", "uvloop-plain"} - set(result["missing"])


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
    runner, load = load_module("runner"), load_module("scenarios").Load(100, connections)
    assert runner.seconds_of(runner.Timing(rounds=7, sample_ms=300), load) == pytest.approx(seconds)


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


def test_short_runs_have_the_scenarios_that_are_promised(load_module: Callable[[str], ModuleType]) -> None:
    quick = {name for name, scenario in load_module("plan").SCENARIOS.items() if scenario.quick}
    assert quick >= {"protocol", "streams", "sockets", "udp", "tls", "churn"}


def test_full_runs_have_the_loads_that_are_promised(load_module: Callable[[str], ModuleType]) -> None:
    plan = load_module("plan")
    loads = {name: {(load.size, load.connections) for load in each.full} for name, each in plan.SCENARIOS.items()}
    assert loads["tls"] == {
        (size, connections) for size in (100, 1024, 10240, 16384, 102400) for connections in (10, 100)
    }
    assert loads["protocol"] == {
        (size, connections) for size in (100, 1024, 10240, 102400) for connections in (1, 10, 100, 1000)
    }


def test_every_scenario_has_its_program(load_module: Callable[[str], ModuleType]) -> None:
    for scenario in load_module("plan").SCENARIOS.values():
        programs = load_module("clients").CLIENTS if scenario.peer else load_module("servers").SERVERS
        assert scenario.program in programs
        assert scenario.peer is None or scenario.peer in load_module("peers").PEERS


def test_unknown_workload_is_refused() -> None:
    finished = run_benchmark("--workloads", "nonsense")
    assert finished.returncode == 2
    assert "unknown: nonsense" in finished.stderr
