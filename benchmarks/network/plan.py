"""The scenarios, by suite, and the lines of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.network.applications import APPLICATIONS
from benchmarks.network.line import Served
from benchmarks.network.scenarios import KIB, MIB, Load, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL = Load(KIB, 100)
BULKY = Load(100 * KIB, 10)
# More at once would overflow the server's queue, which is 208 KiB by default.
DATAGRAMS = (Load(KIB, 50), Load(100, 50))
BULK = (Load(MIB, 4),)
MATRIX = tuple(Load(size, count) for size in (100, KIB, 10 * KIB, 100 * KIB) for count in (1, 10, 100, 1000))
TLS_MATRIX = tuple(Load(size, count) for size in (100, KIB, 10 * KIB, 16 * KIB, 100 * KIB) for count in (10, 100))
CONNECTS = (Load(100, 50),)
TLS_CONNECTS = (Load(100, 20),)
REQUESTS = (Load(1, 50),)
HTTPS_CLIENTS = (Load(1, 16),)
DATABASE_CLIENTS = (Load(1, 10),)

TCP = (
    Scenario("protocol", "Protocol, TCP echo", "protocol", MATRIX, (SMALL, BULKY), "tcp", layered=True),
    Scenario("buffered", "BufferedProtocol, TCP echo", "buffered", (SMALL, BULKY), (), "tcp"),
    Scenario(
        "streams",
        "streams, TCP echo",
        "streams",
        (SMALL, Load(10 * KIB, 100), BULKY),
        (SMALL,),
        "tcp",
        layered=True,
    ),
    Scenario("sockets", "sock_recv and sock_sendall, TCP echo", "sockets", (SMALL, BULKY), (SMALL,), "tcp"),
    Scenario(
        "churn", "TCP: connect, one request, close", "churn", CONNECTS, CONNECTS, "churn", churn=True, layered=True
    ),
    Scenario("pipelined", "Protocol, 16 requests in flight", "protocol", (Load(100, 10),), (), "tcp", depth=16),
    Scenario("framed", "Protocol, header and body apart", "framed", (SMALL,), (), "tcp", split=True),
    Scenario("download", "server sends", "download", BULK, (), "download", exchange="download", depth=2),
    Scenario("upload", "client sends", "upload", BULK, (), "upload", exchange="upload", depth=2),
    Scenario("busy", "Protocol, TCP echo, with a computing thread", "protocol", (SMALL,), busy=True),
    Scenario(
        "busy-apart",
        "Protocol, TCP echo, with a computing thread that can have a processor of its own",
        "protocol",
        (SMALL,),
        busy=True,
        pinned=False,
    ),
)

OTHER_SOCKETS = (
    Scenario("udp", "DatagramProtocol, UDP echo", "datagram", DATAGRAMS, DATAGRAMS[:1], "udp", "udp"),
    Scenario("unix", "Protocol, Unix socket echo", "protocol", (SMALL, BULKY), (), "unix", "unix"),
    Scenario(
        "unix-churn",
        "Unix socket: connect, one request, close",
        "churn",
        CONNECTS,
        (),
        "churn",
        "unix",
        churn=True,
        layered=True,
    ),
)

TLS = (
    Scenario("tls", "Protocol, TLS 1.3 echo", "protocol", TLS_MATRIX, (SMALL,), "tls", "tls", layered=True),
    Scenario(
        "tls12",
        "Protocol, TLS 1.2 echo",
        "protocol",
        (SMALL,),
        (),
        "tls",
        "tls",
        tls_version="1.2",
        layered=True,
    ),
    Scenario("tls-streams", "streams, TLS 1.3 echo", "streams", (SMALL, BULKY), (), "tls", "tls", layered=True),
    *(
        Scenario(
            name,
            f"TLS {version}, {key}: connect, {kind} handshake, one request, close",
            "churn",
            TLS_CONNECTS,
            (),
            "churn",
            "tls",
            churn=True,
            certificate=certificate,
            tls_version=version,
            resumed=kind == "resumed",
            layered=True,
        )
        for name, version, key, certificate, kind in (
            ("handshake", "1.3", "P-256", "ecdsa", "full"),
            ("handshake-rsa", "1.3", "RSA-2048", "rsa", "full"),
            ("resumed", "1.3", "P-256", "ecdsa", "resumed"),
            ("resumed-tls12", "1.2", "P-256", "ecdsa", "resumed"),
        )
    ),
)

WEB = tuple(
    Scenario(
        name + ("-tls" if transport == "tls" else ""),
        name + (", TLS" if transport == "tls" else ""),
        name,
        REQUESTS,
        REQUESTS if (name, transport) == ("uvicorn", "tcp") else (),
        transport=transport,
        exchange="http",
        packages=packages,
        layered=transport == "tls",
    )
    for transport in ("tcp", "tls")
    for name, packages in (("uvicorn", ("uvicorn", "httptools")), ("aiohttp", ("aiohttp",)))
)

CLIENTS = (
    *(
        Scenario(
            name,
            title,
            name,
            HTTPS_CLIENTS,
            transport="tls",
            packages=(package, "uvicorn", "httptools"),
            peer="https",
            layered=True,
        )
        for name, title, package in (
            ("aiohttp-client", "aiohttp as a client of HTTPS", "aiohttp"),
            ("aiohttp-client-new", "aiohttp as a client of HTTPS, a new connection each", "aiohttp"),
            ("httpx-client", "httpx as a client of HTTPS", "httpx"),
            ("httpx-client-new", "httpx as a client of HTTPS, a new connection each", "httpx"),
        )
    ),
    *(
        Scenario(
            name,
            title,
            name,
            DATABASE_CLIENTS,
            transport="tls",
            packages=("asyncpg",),
            peer="postgres",
            layered=True,
            plain=True,
        )
        for name, title in (
            ("asyncpg", "asyncpg with TLS, SELECT 1"),
            ("asyncpg-rows", "asyncpg with TLS, 100 rows"),
        )
    ),
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for scenario in (*TCP, *OTHER_SOCKETS, *TLS, *WEB, *CLIENTS, *APPLICATIONS)
}


def lines(scenarios: Iterable[Scenario]) -> dict[str, Served]:
    """The lines of a table, one for each load."""
    served = [Served(scenario, load) for scenario in scenarios for load in scenario.full]
    return {line.name: line for line in served}


def brief(scenarios: Iterable[Scenario]) -> frozenset[str]:
    """Names of the lines of a run that is not full."""
    return frozenset(Served(scenario, load).name for scenario in scenarios for load in scenario.quick)
