"""What readers want to know, and the rows that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report.intervals import Verdict
from benchmarks.report.runs import RowName

if TYPE_CHECKING:
    from benchmarks.report.runs import Row, Run

UVLOOP = "uvloop"


@dataclass(frozen=True)
class Question:
    """A kind of program, and one row for each figure of the answer."""

    program: str
    names: tuple[tuple[str, RowName], ...]
    """What each row is called in the answer."""


def _apps(workload: str) -> RowName:
    """Processor time of an application's request, whatever its load is called."""
    return RowName("apps", f"{workload}_*", "cpu")


def _loop(workload: str, metric: str = "mean") -> RowName:
    """A warm loop, as in a program that runs for longer than a second."""
    return RowName("loop", workload, metric, "warm")


KIBIBYTE = "_1024x100"
"""1 KiB on 100 connections."""

QUESTIONS: tuple[Question, ...] = (
    Question(
        "web server",
        (("uvicorn", _apps("uvicorn")), ("FastAPI", _apps("fastapi")), ("aiohttp", _apps("aiohttp"))),
    ),
    Question("web server with TLS", (("uvicorn", _apps("uvicorn-tls")),)),
    Question("bot or websocket client", (("websockets", _apps("websockets")),)),
    Question("HTTP client", (("aiohttp", _apps("aiohttp-client-http")), ("httpx", _apps("httpx-client-http")))),
    Question("HTTPS client", (("aiohttp", _apps("aiohttp-client")), ("httpx", _apps("httpx-client")))),
    Question("database client", (("asyncpg", _apps("asyncpg-plain")), ("asyncpg with TLS", _apps("asyncpg")))),
    Question("cache client", (("redis-py", _apps("redis")),)),
    Question("gRPC client", (("unary calls", _apps("grpc")),)),
    Question("own protocol over TCP", (("echo of 1 KiB", RowName("io", f"protocol{KIBIBYTE}", "cpu")),)),
    Question("streams over TCP", (("echo of 1 KiB", RowName("io", f"streams{KIBIBYTE}", "cpu")),)),
    Question("datagrams (UDP)", (("echo of 1 KiB", RowName("io", "udp_1024x50", "cpu")),)),
    Question(
        "TLS",
        (
            ("echo of 1 KiB", RowName("tls", f"tls{KIBIBYTE}", "cpu")),
            ("full handshake", RowName("tls", "handshake_*", "cpu")),
        ),
    ),
    Question("many short connections", (("connect, one request, close", RowName("io", "churn_*", "cpu")),)),
    Question("many idle connections", (("a ready loop beside 250", _loop("loop_overhead_250")),)),
    Question(
        "tests",
        (
            ("500 with pytest-asyncio", RowName("cold", "pytest_asyncio")),
            ("with anyio", RowName("cold", "pytest_anyio")),
        ),
    ),
    Question(
        "short script",
        (
            ("0.3 s of work", RowName("cold", "script")),
            ("imports, first callback", RowName("cold", "nothing_first_loop")),
        ),
    ),
    Question("many callbacks", (("each of 10,000", _loop("callbacks_10k")),)),
    Question("many tasks", (("created, awaited", _loop("task_create_await")), ("`gather` of 10", _loop("gather_10")))),
    Question(
        "timers and timeouts",
        (
            ("scheduled, cancelled", _loop("timers_cancelled")),
            ("completed", _loop("timers_completed")),
            ("`asyncio.timeout`", _loop("timeout_context")),
        ),
    ),
    Question(
        "many threads",
        (
            ("callbacks from a thread", _loop("threadsafe_flood")),
            ("from 4 threads", _loop("producers_4")),
            ("wakeup, median", _loop("threadsafe_wakeup", "p50")),
        ),
    ),
    Question("executors", (("`run_in_executor`", _loop("executor")),)),
    Question("subprocesses", (("started, ended", _loop("spawn")),)),
    Question(
        "memory",
        (
            ("process with a loop, RSS", RowName("memory", "used_loop", "RSS")),
            ("forked worker, PSS", RowName("memory", "workers", "PSS")),
            ("each connection", RowName("memory", "one_connection", "RSS")),
        ),
    ),
)

YES = "Yes"
SOME = "Faster than asyncio, **not yet** than {}"
LEVEL = "No clear difference"
NOT_YET = "**Not yet**"


@dataclass(frozen=True)
class Answer:
    """A question with the rows of one run that answer it."""

    question: Question
    rows: tuple[tuple[str, Row], ...]

    @property
    def verdict(self) -> str:
        """Of the row that is worst for PyLoop: is it ahead of asyncio and of uvloop, or else of the best rival?"""
        return min((_verdict(row) for _label, row in self.rows), key=_rank)

    @property
    def good(self) -> bool:
        """Whether the answer is a plain yes."""
        return self.verdict.startswith(YES)


def answers(run: Run) -> list[Answer]:
    """Of all questions that the run can answer."""
    found = []
    for question in QUESTIONS:
        picked = [(label, run.first(name)) for label, name in question.names]
        rows = tuple((label, row) for label, row in picked if row is not None and row.value(SUBJECT) is not None)
        if any(row.references() for _label, row in rows):
            found.append(Answer(question, rows))
    return found


def unanswered(run: Run) -> list[Question]:
    """The questions of which the run has no row."""
    answered = [answer.question for answer in answers(run)]
    return [question for question in QUESTIONS if question not in answered]


def other(row: Row) -> str | None:
    """The rival that answers name: uvloop, or the best one where uvloop has no figure."""
    return UVLOOP if row.compared(UVLOOP) is not None else row.best_rival


def _verdict(row: Row) -> str:
    asyncio, rival = row.verdict(BASE), other(row)
    against = row.verdict(rival) if rival else None
    if asyncio is Verdict.BEHIND:
        return NOT_YET
    if against is Verdict.BEHIND:
        return SOME.format(rival) if asyncio is Verdict.AHEAD else NOT_YET
    if asyncio is Verdict.NOISE:
        return LEVEL
    return f"{YES}, level with {rival}" if against is Verdict.NOISE else YES


def _rank(verdict: str) -> int:
    if verdict == NOT_YET:
        return 0
    if verdict == LEVEL:
        return 2
    if verdict.startswith(YES):
        return 4 if verdict == YES else 3
    return 1
