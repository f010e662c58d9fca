"""The workloads, in the order in which they run and are reported."""

from __future__ import annotations

from .addresses import AddressLiterals
from .base import Workload, WorkloadError
from .breakdown import CallbackCall, CallbackIteration, CallbackScheduling
from .burst import Burst
from .callbacks import Callbacks, CallbacksWithArgument
from .connections import IterationsWithConnections
from .coroutines import Gather, SleepZero, Tasks, Timeout
from .due_timers import DueBatch, TimersCompleted, TimersOf100Microseconds, TimersOverdue
from .exceptions import Exceptions
from .executor import Executor
from .idle import IdleCpu, IdleWakeup
from .iterations import Iterations
from .lateness import TimerLateness, TimerPrecision
from .parallel import LoopsInThreads
from .patterns import MixedPatterns
from .pipes import Pipes
from .producers import Producers, ProducersLateness
from .subprocesses import Spawn
from .threads import ThreadsafeFlood, ThreadsafeWakeup
from .timers import TimersCancelled, TimersFired, TimersScheduled

__all__ = ["BREAKDOWN", "SCALING", "SHORT", "WORKLOADS", "Workload", "WorkloadError"]


def _by_name(*workloads: Workload) -> dict[str, Workload]:
    return {workload.name: workload for workload in workloads}


WORKLOADS: dict[str, Workload] = _by_name(
    Callbacks(100),
    Callbacks(1_000),
    Callbacks(10_000),
    Callbacks(50_000),
    Callbacks(100_000),
    CallbacksWithArgument(),
    Burst(),
    Exceptions(),
    Iterations(),
    IterationsWithConnections(),
    LoopsInThreads(2),
    LoopsInThreads(4),
    TimersFired(5_000),
    TimersOf100Microseconds(),
    TimersCompleted(),
    TimersOverdue(),
    DueBatch(),
    TimersScheduled(100),
    TimersScheduled(1_000),
    TimersScheduled(10_000),
    TimersCancelled(),
    SleepZero(),
    Tasks(),
    Gather(),
    Timeout(),
    ThreadsafeFlood(),
    Producers(1),
    Producers(2),
    Producers(4),
    ProducersLateness(1),
    ProducersLateness(2),
    ProducersLateness(4),
    ThreadsafeWakeup(),
    MixedPatterns(),
    IdleWakeup(),
    IdleCpu(),
    Executor(),
    AddressLiterals(),
    Spawn(),
    Pipes(),
    TimerLateness(),
    TimerPrecision(),
)

_IN_SHORT_RUNS = (
    Callbacks,
    Iterations,
    TimersScheduled,
    TimersCancelled,
    SleepZero,
    Tasks,
    Gather,
    Timeout,
    ThreadsafeFlood,
    ThreadsafeWakeup,
    Executor,
    AddressLiterals,
    Spawn,
)
# The others wait for timers, or repeat one of these with a small difference.
SHORT: dict[str, Workload] = {
    name: workload for name, workload in WORKLOADS.items() if type(workload) in _IN_SHORT_RUNS
}
"""The workloads of short runs."""

_CALLBACKS = (1_000, 5_000, 10_000, 25_000, 50_000, 100_000)
_TIMERS = (100, 500, 1_000, 2_500, 5_000, 10_000)
SCALING: dict[str, Workload] = _by_name(
    *map(Callbacks, _CALLBACKS), *map(TimersFired, _TIMERS), *map(TimersScheduled, _TIMERS)
)
"""The workloads that show how a loop scales, by size; `parameter` is the size."""

BREAKDOWN: dict[str, Workload] = _by_name(CallbackCall(), CallbackScheduling(), CallbackIteration())
"""The parts of the time of one callback."""
