"""The kinds of strands. Each module has what makes the operations of its kind beside what runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.strands.datagrams import Datagrams
from fuzz.strands.pipe import Pipe
from fuzz.strands.ready import Ready
from fuzz.strands.signals import Signals
from fuzz.strands.sockets import Sockets
from fuzz.strands.stream import Conversation
from fuzz.strands.threads import Threads
from fuzz.strands.timers import Timers
from fuzz.strands.tls import Tls

if TYPE_CHECKING:
    from fuzz.strand import Strand

STRANDS: dict[str, type[Strand]] = {
    "ready": Ready,
    "timers": Timers,
    "threads": Threads,
    "signals": Signals,
    "stream": Conversation,
    "datagrams": Datagrams,
    "pipe": Pipe,
    "sockets": Sockets,
    "tls": Tls,
}
OUTER_KINDS = ("timers", "threads", "signals", "stream", "stream", "datagrams", "pipe", "sockets", "tls")
"""What reaches a loop from outside; streams twice as often."""
