"""The workloads, each in the file of its kind."""

from __future__ import annotations

from .datagrams import Datagrams
from .descriptors import CancelledSocketCalls, Watching
from .failures import Failures
from .processes import Pipes, Signals, Subprocesses
from .scheduling import Callbacks, Tasks, Timers
from .streams import Churn, TcpEcho, UnixEcho
from .threads import Executors, LoopsInThreads, OtherThreads
from .tls import TlsEcho, TlsHandshakes

ALL = (
    Callbacks,
    Timers,
    Tasks,
    Failures,
    OtherThreads,
    Executors,
    LoopsInThreads,
    TcpEcho,
    UnixEcho,
    Churn,
    TlsEcho,
    TlsHandshakes,
    Datagrams,
    Pipes,
    Subprocesses,
    Signals,
    Watching,
    CancelledSocketCalls,
)
