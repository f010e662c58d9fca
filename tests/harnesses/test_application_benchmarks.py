"""The scenarios of applications: each runs on asyncio and on PyLoop, and serves what it says."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harnesses.network_runs import needs_load_generator, run_scenarios

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

SCENARIOS = (
    "uvicorn",
    "aiohttp",
    "uvicorn-json",
    "uvicorn-10k",
    "starlette",
    "fastapi",
    "split-http",
    "websockets-server",
    "grpc-server",
    "workers-1",
    "workers-2",
    "aiohttp-client-http",
    "httpx-client-http",
    "websockets",
    "grpc",
    "asyncpg-plain",
    "asyncpg-rows-plain",
    "redis",
    "redis-pipeline",
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One short run of all of them."""
    result = run_scenarios(tmp_path_factory.mktemp("applications"), list(SCENARIOS), "asyncio,pyloop")
    assert result["failures"] == []
    return result


@needs_load_generator
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_runs(scenario: str, result: dict[str, Any]) -> None:
    if reasons := [reason for name, reason in result["missing"].items() if name.rpartition("_")[0] == scenario]:
        pytest.skip(reasons[0])
    rows = [row for row in result["rows"] if row["workload"].rpartition("_")[0] == scenario]
    assert [row["metric"] for row in rows] == ["cpu", "rate", "p50", "p99"]
    for row in rows:
        assert list(row["contestants"]) == ["asyncio", "pyloop"]
        assert all(figures["value"] > 0 for figures in row["contestants"].values())


def start(scenario: Any, directory: Path, load_module: Callable[[str], ModuleType]) -> Any:
    """A server of this scenario on asyncio."""
    absent = [package for package in scenario.packages if not load_module("harness.measured").installed(package)]
    if absent:
        pytest.skip(f"the package {absent[0]} is not installed")
    server = load_module("programs").Server(
        load_module("harness.contestants").CONTESTANTS["asyncio"], scenario, directory, None
    )
    server.wait()
    return server


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("uvicorn-json", "application/json"),
        ("uvicorn-10k", "text/plain"),
        ("starlette", "application/json"),
        ("fastapi", "application/json"),
        ("split-http", "text/plain"),
    ],
)
def test_servers_answer_what_they_are_measured_with(
    name: str, content_type: str, tmp_path: Path, load_module: Callable[[str], ModuleType]
) -> None:
    """The load generator looks at the status and the length only."""
    server = start(load_module("plan").SCENARIOS[name], tmp_path, load_module)
    try:
        client = http.client.HTTPConnection("127.0.0.1", server.ready["address"], timeout=10)
        for _ in range(2):
            client.request("GET", "/")
            response = client.getresponse()
            body = response.read()
            assert response.status == 200
            assert response.headers["Content-Type"] == content_type
            if content_type == "application/json":
                assert json.loads(body) == load_module("servers.applications").ANSWER
            else:
                assert body == b"x" * (1024 if name == "split-http" else 10 * 1024)
        client.close()
    finally:
        server.process.close()


@needs_load_generator
def test_a_worker_that_serves_nothing_is_a_failure(tmp_path: Path, load_module: Callable[[str], ModuleType]) -> None:
    """One connection can only be one worker's."""
    catalogue, programs = load_module("plan"), load_module("programs")
    failed, scenarios = load_module("processes").FailedError, load_module("scenarios")
    scenario = catalogue.SCENARIOS["workers-2"]
    start(scenario, tmp_path, load_module).process.close()  # skips where packages are missing
    generator = load_module("load_generator").LoadGenerator(None)
    contestant = load_module("harness.contestants").CONTESTANTS["asyncio"]
    server = programs.LoadedServer(contestant, scenario, tmp_path, None, generator, verify=False)
    try:
        server.wait()
        server.open(scenarios.Load(1, 1))
        with pytest.raises(failed, match=r"of 2 workers one has used [01]% of the time of all"):
            server.run(0.3)
    finally:
        server.process.close()
        generator.close()


def test_workers_end_with_the_first(tmp_path: Path, load_module: Callable[[str], ModuleType]) -> None:
    server = start(load_module("plan").SCENARIOS["workers-2"], tmp_path, load_module)
    pids = [pid for pid, _ in server.ready["workers"]]
    assert len(set(pids)) == 2
    assert pids[0] == server.process.pid
    assert len(server.run_times()) == 2
    assert server.run_time().process == pytest.approx(sum(each.process for each in server.run_times()), rel=0.2)
    server.process.close()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
