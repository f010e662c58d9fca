"""What a scenario is: a kind of program that is measured, and its loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.harness.contestants import Contestant

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
    """A kind of measured program and its loads. One process per contestant serves all the loads."""

    name: str
    title: str
    program: str
    """Name in `servers.SERVERS`, or in `clients.CLIENTS` if there is a peer."""
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
    """Whether all threads of the measured program share one processor."""
    packages: tuple[str, ...] = ()
    """What must be installed besides the loop."""
    certificate: str = "ecdsa"
    """With TLS: a kind of `certificate.KINDS`."""
    tls_version: str | None = None
    """With TLS: the only version that the server has; None for all, of which the clients take 1.3."""
    resumed: bool | None = None
    """With TLS and churn: whether each handshake resumes a session; None if there are hardly any."""
    peer: str | None = None
    """What the program is a client of, in `peers.PEERS`; None if it is a server, which the load generator loads."""
    layered: bool = False
    """Whether contestants with a layer take part."""
    driver: str | None = None
    """The client of `clients.CLIENTS` that loads the server; None if the load generator does."""
    workers: int | None = None
    """How many processes listen at the port of the server; None for one that has the port to itself."""
    plain: bool = False
    """Whether contestants without TLS take part."""

    def admits(self, contestant: Contestant) -> bool:
        """Whether it takes part."""
        if contestant.loop is None:
            return self.limit is not None
        return (contestant.layer is None or self.layered) and (not contestant.plain or self.plain)

    def words(self, load: Load, *, verify: bool) -> dict[str, str | int]:
        """The description the load generator needs, less the address."""
        return {
            "transport": self.transport,
            "exchange": self.exchange,
            "connections": load.connections,
            "size": load.size,
            "depth": self.depth,
            "churn": str(self.churn).lower(),
            "resume": str(bool(self.resumed)).lower(),
            "split": str(self.split).lower(),
            "verify": str(verify).lower(),
        }


def size_text(size: int) -> str:
    """Bytes, as printed."""
    if size >= MIB:
        return f"{size // MIB} MiB"
    return f"{size // KIB} KiB" if size >= KIB else f"{size} B"


def load_title(scenario: Scenario, load: Load) -> str:
    """The heading of one table."""
    size = "" if scenario.exchange == "http" or scenario.peer or scenario.driver else f"{size_text(load.size)} x "
    plural = "" if load.connections == 1 else "s"
    return f"{scenario.title}: {size}{load.connections} connection{plural}"
