"""The workloads, in the order in which they run and are reported."""

from __future__ import annotations

from .base import Workload, WorkloadError
from .burst import Burst
from .callbacks import Callbacks, CallbacksWithArgument
from .coroutines import SleepZero, Tasks
from .iterations import Iterations
from .lateness import TimerLateness
from .threads import ThreadsafeFlood, ThreadsafeWakeup
from .timers import TimersCancelled, TimersFired, TimersScheduled

__all__ = ["WORKLOADS", "Workload", "WorkloadError"]

WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        Callbacks(1_000),
        Callbacks(10_000),
        Callbacks(50_000),
        Callbacks(100_000),
        CallbacksWithArgument(),
        Burst(),
        Iterations(),
        TimersFired(),
        TimersScheduled(),
        TimersCancelled(),
        SleepZero(),
        Tasks(),
        ThreadsafeFlood(),
        ThreadsafeWakeup(),
        TimerLateness(),
    )
}
