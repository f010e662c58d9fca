"""TLS in the benchmarks of servers: which handshakes are made, and the server that shows the limit."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harnesses.network_runs import needs_load_generator, run_scenarios, scenarios_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

#: Loaded by `ssl`.
SHARED_LIBSSL = "libssl" in Path("/proc/self/maps").read_text()


def send_until_refused(client: ssl.SSLSocket, data: bytes) -> int:
    """Send from the same thread that reads: OpenSSL allows one at a time. Return how many bytes it took."""
    sent = 0
    with contextlib.suppress(ssl.SSLWantWriteError):
        while sent < len(data):
            sent += client.send(data[sent : sent + 16384])
    return sent


@needs_load_generator
@pytest.mark.parametrize("resume", ["true", "false"])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_sessions_are_resumed_exactly_when_they_are_meant_to_be(
    version: str, resume: str, tmp_path: Path, load_module: Callable[[str], ModuleType]
) -> None:
    """By the count of the server: only the first connection of each place has no session to offer."""
    load_module("certificate").make_certificates(tmp_path)
    generator = load_module("load_generator").LoadGenerator(None)
    scenario = replace(load_module("plan").SCENARIOS["resumed"], tls_version=version)
    asyncio_loop = load_module("harness.contestants").CONTESTANTS["asyncio"]
    server = load_module("programs").Server(asyncio_loop, scenario, tmp_path, None)
    try:
        server.wait()
        words = {"address": server.ready["address"], "transport": "tls", "churn": "true", "size": 100}
        generator.open("sessions", words | {"connections": 3, "resume": resume})
        requests = 0
        while requests <= 3:
            requests += generator.run("sessions", 0.3)["requests"]
        handshakes, resumed = server.handshakes()
    finally:
        server.process.close()
        generator.close()
    assert handshakes == requests
    assert resumed == (handshakes - 3 if resume == "true" else 0)


@needs_load_generator
def test_a_full_handshake_where_a_session_is_to_be_resumed_is_a_failure(
    load_module: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of resumed handshakes has no figure for a server that makes others."""
    runner, plan = load_module("runner"), load_module("plan")
    scenario = plan.SCENARIOS["resumed"]
    words = type(scenario).words
    monkeypatch.setattr(type(scenario), "words", lambda *args, **options: words(*args, **options) | {"resume": "false"})
    (line,) = plan.lines([scenario]).values()
    asyncio_loop = load_module("harness.contestants").CONTESTANTS["asyncio"]
    with contextlib.closing(runner.NetworkRunner(runner.Timing(1, sample_ms=50, warmup_max_ms=50))) as network:
        network.prepare(line, asyncio_loop)
        network.sample(line, asyncio_loop)
        with pytest.raises(load_module("harness.failures").FailedError, match=r"0 of \d+ handshakes resumed a session"):
            network.finish(line, asyncio_loop)


@needs_load_generator
def test_the_limit_answers_right(tmp_path: Path) -> None:
    """The same for the server without Python, in the kinds that a quick run with all loops does not have."""
    names = ["unix-churn", "tls", "tls12", "handshake-rsa", "resumed"]
    result = run_scenarios(tmp_path, names, "limit")
    assert scenarios_of(result) == set(names)
    # The TLS of a Python with OpenSSL inside cannot be called, which the run has to say.
    unreachable = "Python's ssl has no shared libssl that could be called"
    failed = {} if SHARED_LIBSSL else dict.fromkeys(names[1:], unreachable)
    said = {each["workload"].rpartition("_")[0]: each["error"] for each in result["failures"]}
    assert said == failed


@needs_load_generator
@pytest.mark.skipif(not SHARED_LIBSSL, reason="Python's OpenSSL is linked in statically: the limit has none to call")
def test_the_limit_of_tls_keeps_what_a_slow_client_does_not_take(
    tmp_path: Path, load_module: Callable[[str], ModuleType]
) -> None:
    """Of several clients at once, which read only when they have sent more than all buffers hold."""
    load_module("certificate").make_certificates(tmp_path)
    limit = load_module("harness.contestants").CONTESTANTS["limit"]
    server = load_module("programs").Server(limit, load_module("plan").SCENARIOS["tls"], tmp_path, None)
    context = ssl.create_default_context(cafile=str(tmp_path / "ecdsa.pem"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT

    def exchange(seed: int) -> bool:
        data = random.Random(seed).randbytes(16 << 20)
        plain = socket.socket()
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            plain.setsockopt(socket.SOL_SOCKET, buffer, 16384)
        plain.connect(("127.0.0.1", server.ready["address"]))
        with context.wrap_socket(plain, server_hostname="localhost") as client:
            client.setblocking(False)
            sent = send_until_refused(client, data)
            assert sent < len(data)
            received = bytearray()
            while len(received) < len(data):
                readable, writable, _ = select.select([client], [client] if sent < len(data) else [], [], 60)
                assert readable or writable
                with contextlib.suppress(ssl.SSLWantReadError):
                    while piece := client.recv(16384):
                        received += piece
                sent += send_until_refused(client, data[sent : sent + (1 << 16)])
        return received == data

    try:
        server.wait()
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(exchange, range(2))) == [True] * 2
        assert server.handshakes() == (2, 0)
    finally:
        server.process.close()
