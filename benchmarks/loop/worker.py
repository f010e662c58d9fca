"""A worker process: one loop, alive for the whole run, told by the parent what to do.

Requests come as lines of JSON on standard input, each answered by one line on what was standard output.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":  # run as a script: what it imports is in the package, not beside it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from benchmarks.harness.loops import LOOPS, LoopSpec
from benchmarks.loop import BREAKDOWN, SCALING, WORKLOADS, Workload
from benchmarks.loop.sampling import Limits, sample, warm_up

if TYPE_CHECKING:
    import asyncio

Reply = dict[str, Any]


class Worker:
    """Answers the parent's requests with the one loop it serves."""

    def __init__(self, spec: LoopSpec) -> None:
        self._spec = spec
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workload: Workload | None = None
        self._limits = Limits(0, 0, 0)

    def answer(self, request: Reply) -> Reply:
        """Do what one request asks for."""
        match request["command"]:
            case "prepare":
                workload = {**SCALING, **BREAKDOWN, **WORKLOADS}[request["workload"]]
                return self._prepare(workload, Limits(**request["limits"]))
            case "sample":
                assert self._workload is not None
                return {"samples": sample(self._workload, self._limits)}
            case "finish":
                self._finish()
                return {}
            case other:
                raise ValueError(f"unknown command {other!r}")

    def _prepare(self, workload: Workload, limits: Limits) -> Reply:
        """A new loop for each workload: what one leaves behind is not charged to the next."""
        self._finish()
        self._loop = self._spec.create()
        if self._loop.get_debug():
            raise RuntimeError("the loop is in debug mode, its times would mean nothing")
        self._workload, self._limits = workload, limits
        workload.set_up(self._loop)
        return {"warmup": asdict(warm_up(workload, limits))}

    def _finish(self) -> None:
        if self._workload is not None:
            self._workload.tear_down()
            self._workload = None
        if self._loop is not None:
            self._loop.close()
            self._loop = None


def main(name: str) -> None:
    """Serve requests until the parent closes the pipe."""
    # Whatever a loop prints must not get between the replies, so standard output becomes standard error.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker(LOOPS[name])
    for line in sys.stdin:
        try:
            reply = worker.answer(json.loads(line))
        except Exception as error:  # any failure of a loop is a result of the benchmark
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
