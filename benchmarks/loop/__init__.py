"""The workloads, in the order in which they run and are reported."""

from __future__ import annotations

from .base import Workload, WorkloadError
from .burst import Burst
from .callbacks import Callbacks, CallbacksWithArgument
from .coroutines import Gather, SleepZero, Tasks, Timeout
from .executor import Executor
from .iterations import Iterations
from .lateness import TimerLateness
from .threads import ThreadsafeFlood, ThreadsafeWakeup
from .timers import TimersCancelled, TimersFired, TimersScheduled

__all__ = ["SHORT", "WORKLOADS", "Workload", "WorkloadError"]

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Callbacks(100),
        Callbacks(1_000),
        Callbacks(10_000),
        Callbacks(50_000),
        Callbacks(100_000),
        CallbacksWithArgument(),
        Burst(),
        Iterations(),
        TimersFired(),
        TimersScheduled(100),
        TimersScheduled(1_000),
        TimersScheduled(10_000),
        TimersCancelled(),
        SleepZero(),
        Tasks(),
        Gather(),
        Timeout(),
        ThreadsafeFlood(),
        ThreadsafeWakeup(),
        Executor(),
        TimerLateness(),
    )
}

# The others wait for timers, or repeat one of these with a small difference.
_WARM_ONLY = {"callbacks_arg", "burst_10k", "timers_5k", "timer_lateness"}
SHORT: dict[str, Workload] = {name: workload for name, workload in WORKLOADS.items() if name not in _WARM_ONLY}
"""The workloads of short runs."""
