"""Throws in the Java of a workload; the process survives, and a JSON line says what came of it."""

import faulthandler
import gc
import json
import os
import sys
import threading
from typing import Any

from support import workloads
from support.scenarios import run_scenario
from survival.faults.fault_injection import PLACES, THROWABLES, Sweep, check_new_loops, register_cells


def prepare(seconds: str) -> None:
    """Tell the engine where to count, and keep quiet about what faults leave behind."""
    register_cells()
    # A hang ends with the stacks of all threads, before the time limit of the process hides them.
    faulthandler.dump_traceback_later(float(seconds), exit=True)
    threading.excepthook = lambda _arguments: None  # a fault may strike in the workload's own threads
    sys.unraisablehook = lambda _arguments: None
    workloads.silence()
    check_new_loops()


def planned(seconds: str, workload: str, plan: str) -> None:
    """Throw in a workload as planned, and print as JSON what came of each item of the plan.

    An item of the plan, which is JSON, says at which place to throw, what, at every how-manyth call, and after how many
    of them to begin.
    """
    prepare(seconds)
    reports = []
    for place, throwable, step, offset in json.loads(plan):
        sweep = Sweep(workloads.WORKLOADS[workload])
        calls = sweep.calls(PLACES[place])
        for countdown in range(1 + offset % step, calls, step):
            if os.environ.get("PYLOOP_FAULT_TRACE"):
                print(f"{workload} {place} {countdown}/{calls}", file=sys.stderr, flush=True)
            sweep.run(PLACES[place], THROWABLES[throwable].number, countdown)
        reports.append({"place": place, "throwable": throwable, "calls": calls, **sweep.report()})
    _finish(reports)


def storms(seconds: str, workload: str, *periods: str) -> None:
    """Throw at every n-th call of a workload, all through it, for each of the periods; print as `planned`."""
    prepare(seconds)
    reports = []
    for place, number in PLACES.items():
        sweep = Sweep(workloads.WORKLOADS[workload])
        for period in map(int, periods):
            sweep.run(number, THROWABLES["exception"].number, period, again=period)
        reports.append({"place": place, **sweep.report()})
    _finish(reports)


def _finish(reports: list[dict[str, Any]]) -> None:
    # Coroutines that a fault has lost end here, where no loop runs. Python 3.14.10's subprocess_exec makes a task as it
    # ends, in whatever loop is running, and that loop would report it.
    gc.collect()
    check_new_loops()
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps(reports))


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
