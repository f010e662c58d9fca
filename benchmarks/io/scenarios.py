"""What is measured: kinds of server, and the loads that are put on them."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
LARGE_BYTES = 10 * KIB
"""From this size on malloc makes a difference; below, the contestant with another setting of it is left out."""


@dataclass(frozen=True)
class Load:
    """How the server is loaded."""

    size: int
    connections: int


@dataclass(frozen=True)
class Scenario:
    """A kind of server and its loads. One process per loop serves all the loads."""

    name: str
    title: str
    server: str
    """Name in `servers.SERVERS`."""
    full: tuple[Load, ...]
    quick: tuple[Load, ...] = ()
    limit: str | None = None
    """Kind of the server that shows the limit; None if it has none that fits."""
    transport: str = "tcp"
    exchange: str = "echo"
    depth: int = 1
    churn: bool = False
    split: bool = False
    busy: bool = False
    """With a thread that computes in the server's process."""
    pinned: bool = True
    """Whether all threads of the server share one processor."""
    package: str | None = None
    """What must be installed besides the loop."""

    def words(self, load: Load, *, verify: bool) -> dict[str, str | int]:
        """The description the load generator needs, less the address."""
        return {
            "transport": self.transport,
            "exchange": self.exchange,
            "connections": load.connections,
            "size": load.size,
            "depth": self.depth,
            "churn": str(self.churn).lower(),
            "split": str(self.split).lower(),
            "verify": str(verify).lower(),
        }


SMALL = Load(KIB, 100)
BULKY = Load(100 * KIB, 10)
# More at once would overflow the server's queue, which is 208 KiB by default.
DATAGRAMS = (Load(KIB, 50), Load(100, 50))
BULK = (Load(MIB, 4),)
MATRIX = tuple(Load(size, count) for size in (100, KIB, 10 * KIB, 100 * KIB) for count in (1, 10, 100, 1000))

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario("protocol", "Protocol, TCP echo", "protocol", MATRIX, (SMALL, BULKY), "tcp"),
        Scenario("buffered", "BufferedProtocol, TCP echo", "buffered", (SMALL, BULKY), (), "tcp"),
        Scenario("streams", "streams, TCP echo", "streams", (SMALL, Load(10 * KIB, 100), BULKY), (SMALL,), "tcp"),
        Scenario("sockets", "sock_recv and sock_sendall, TCP echo", "sockets", (SMALL, BULKY), (SMALL,), "tcp"),
        Scenario("udp", "DatagramProtocol, UDP echo", "datagram", DATAGRAMS, DATAGRAMS[:1], "udp", "udp"),
        Scenario("unix", "Protocol, Unix socket echo", "protocol", (SMALL, BULKY), (), "unix", "unix"),
        Scenario("tls", "Protocol, TLS echo", "protocol", (SMALL, BULKY), (SMALL,), transport="tls"),
        Scenario(
            "handshake", "TLS: connect, one request, close", "churn", (Load(100, 20),), transport="tls", churn=True
        ),
        Scenario(
            "churn",
            "TCP: connect, one request, close",
            "churn",
            (Load(100, 50),),
            (Load(100, 50),),
            "churn",
            churn=True,
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
        Scenario("uvicorn", "uvicorn", "uvicorn", (Load(1, 50),), exchange="http", package="uvicorn"),
        Scenario("aiohttp", "aiohttp", "aiohttp", (Load(1, 50),), exchange="http", package="aiohttp"),
    )
}


def size_text(size: int) -> str:
    """Bytes, as printed."""
    if size >= MIB:
        return f"{size // MIB} MiB"
    return f"{size // KIB} KiB" if size >= KIB else f"{size} B"


def load_title(scenario: Scenario, load: Load) -> str:
    """The heading of one table."""
    size = "" if scenario.exchange == "http" else f"{size_text(load.size)} x "
    plural = "" if load.connections == 1 else "s"
    return f"{scenario.title}: {size}{load.connections} connection{plural}"
