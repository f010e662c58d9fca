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


QUESTIONS: tuple[Question, ...] = (
    Question(
        "web server",
        (
            ("uvicorn", RowName("apps", "uvicorn*", "cpu")),
            ("FastAPI", RowName("apps", "fastapi*", "cpu")),
            ("aiohttp", RowName("apps", "aiohttp_server*", "cpu")),
        ),
    ),
    Question("web server with TLS", (("uvicorn", RowName("*", "uvicorn-tls*", "cpu")),)),
    Question("bot, websocket client or server", (("websockets", RowName("apps", "websockets*", "cpu")),)),
    Question(
        "HTTP client",
        (("aiohttp", RowName("*", "aiohttp-client*", "cpu")), ("httpx", RowName("*", "httpx-client*", "cpu"))),
    ),
    Question(
        "database or cache client",
        (("asyncpg", RowName("*", "asyncpg*", "cpu")), ("redis-py", RowName("apps", "redis*", "cpu"))),
    ),
    Question("gRPC service", (("grpc.aio", RowName("apps", "grpc*", "cpu")),)),
    Question("protocol of your own over TCP", (("echo of 1 KiB", RowName("io", "protocol*1[Kk0]*100", "cpu")),)),
    Question(
        "streams (`asyncio.start_server`)", (("echo of 1 KiB", RowName("io", "streams*1[Kk0]*100", "cpu")),)
    ),
    Question("datagrams (UDP)", (("echo of 1 KiB", RowName("io", "udp*", "cpu")),)),
    Question(
        "TLS",
        (
            ("echo of 1 KiB", RowName("tls", "tls_1[Kk0]*100", "cpu")),
            ("full handshake", RowName("tls", "handshake_*", "cpu")),
        ),
    ),
    Question("many short connections", (("connect, one request, close", RowName("io", "churn*", "cpu")),)),
    Question(
        "test suite", (("500 small async tests", RowName("cold", "pytest*")),)
    ),
    Question(
        "short script",
        (
            ("script of 0.3 s", RowName("cold", "script*")),
            ("import and first loop", RowName("cold", "import_first_loop")),
        ),
    ),
    Question("many callbacks", (("10,000 callbacks", RowName("loop", "callbacks_10k", section="short")),)),
    Question(
        "many tasks",
        (
            ("created and awaited", RowName("loop", "task_create_await", section="short")),
            ("`gather` of 10", RowName("loop", "gather_10", section="short")),
        ),
    ),
    Question(
        "many timers and timeouts",
        (
            ("scheduled and cancelled", RowName("loop", "timers_cancelled", section="short")),
            ("completed", RowName("loop", "timers_completed")),
            ("`asyncio.timeout`", RowName("loop", "timeout_context", section="short")),
        ),
    ),
    Question(
        "many threads that call the loop",
        (
            ("callbacks from a thread", RowName("loop", "threadsafe_flood", section="short")),
            ("wakeup, median", RowName("loop", "threadsafe_wakeup", "p50", "short")),
        ),
    ),
    Question("work in executors", (("`run_in_executor`", RowName("loop", "executor", section="short")),)),
    Question("subprocesses", (("started and ended", RowName("loop", "spawn", section="short")),)),
    Question(
        "little memory",
        (
            ("process with a loop, RSS", RowName("*", "used_loop", "RSS")),
            ("forked worker, PSS", RowName("*", "workers", "PSS")),
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
        """For the row that is worst for PyLoop: whether it is ahead of asyncio, and of uvloop or, without it, the best rival."""
        return min((_verdict(row) for _label, row in self.rows), key=_rank)

    @property
    def good(self) -> bool:
        """Whether the answer is a plain yes."""
        return self.verdict.startswith(YES)


def answers(run: Run) -> list[Answer]:
    """Of all questions that the run can answer."""
    found = []
    for question in QUESTIONS:
        picked = [(label, run.first([name])) for label, name in question.names]
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
