"""Everything that can be measured, by suite and section, in the order in which it runs and is reported."""

from __future__ import annotations

from benchmarks.apps import APPS
from benchmarks.cold import COLD
from benchmarks.cold.runner import ColdRunner
from benchmarks.frameworks import FRAMEWORK_PROGRAMS
from benchmarks.harness.section import Section, Timing
from benchmarks.loop import BREAKDOWN, SCALING, SHORT, WORKLOADS
from benchmarks.loop.runners import ShortRunner, WarmRunner
from benchmarks.memory import MEMORY
from benchmarks.network import applications, plan
from benchmarks.network.runner import NetworkRunner

SERVED = {
    "quick": Timing(2, sample_ms=150, warmup_max_ms=300),
    "standard": Timing(3, sample_ms=150, warmup_max_ms=300),
    "full": Timing(7, sample_ms=200, warmup_max_ms=400),
}
SERVED_SECONDS = {"quick": 0.25, "standard": 0.25, "full": 0.32}
PROGRAMS = {"quick": Timing(2), "standard": Timing(3), "full": Timing(15)}
PROGRAM_SECONDS = dict.fromkeys(PROGRAMS, 0.2)
FEW_PROGRAMS = {"quick": Timing(1), "standard": Timing(2), "full": Timing(7)}

SECTIONS: tuple[Section, ...] = (
    Section(
        "cold",
        "start",
        "Cold: a new process for every sample, nothing done before",
        COLD,
        ColdRunner,
        PROGRAMS,
        PROGRAM_SECONDS,
        # 500 tests take a second or two for each sample.
        brief=frozenset(COLD) - {"pytest_asyncio", "pytest_anyio"},
    ),
    Section(
        "cold",
        "short",
        "Short runs: a new process for every sample, no warm-up beyond 1,000 operations",
        SHORT,
        ShortRunner,
        {"quick": Timing(2, sample_ms=10), "standard": Timing(3, sample_ms=50), "full": Timing(7, sample_ms=100)},
        {"quick": 0.15, "standard": 0.2, "full": 0.3},
        brief=frozenset({"callbacks_100", "callbacks_1k", "loop_overhead", "timers_scheduled_1k", "timers_cancelled"})
        | {"sleep_zero", "task_create_await", "threadsafe_flood", "threadsafe_wakeup", "executor", "spawn"},
    ),
    Section(
        "memory",
        "process",
        "Memory: a new process for every sample",
        MEMORY,
        ColdRunner,
        FEW_PROGRAMS,
        PROGRAM_SECONDS,
        brief=frozenset({"used_loop", "workers", "one_connection"}),
        loadable=False,
    ),
    Section(
        "loop",
        "warm",
        "Warm: one process per loop for all samples, warmed up",
        WORKLOADS,
        WarmRunner,
        {
            "quick": Timing(2, sample_ms=10, warmup_min_ms=20, warmup_max_ms=80),
            "standard": Timing(3, sample_ms=20, warmup_min_ms=40, warmup_max_ms=100),
            "full": Timing(9, sample_ms=60, warmup_min_ms=50, warmup_max_ms=500),
        },
        {"quick": 0.04, "standard": 0.06, "full": 0.13},
        # Of rows that differ in a number, the others.
        brief=frozenset(WORKLOADS)
        - {"callbacks_50k", "callbacks_100k", "timers_scheduled_100", "timers_scheduled_10k"}
        - {"loops_in_threads_2", "producers_2", "producers_2_lateness"},
    ),
    *(
        Section(
            "loop",
            name,
            title,
            lines,
            WarmRunner,
            {
                "quick": Timing(2, sample_ms=10, warmup_min_ms=20, warmup_max_ms=80),
                "standard": Timing(5, sample_ms=20, warmup_min_ms=20, warmup_max_ms=100),
                "full": Timing(9, sample_ms=60, warmup_min_ms=50, warmup_max_ms=300),
            },
            {"quick": 0.05, "standard": 0.08, "full": 0.15},
            extra=True,
            loadable=False,
        )
        for name, title, lines in (
            ("scaling", "The same work in different sizes, warm", SCALING),
            ("breakdown", "Where the time of one callback goes", BREAKDOWN),
        )
    ),
    *(
        Section(
            suite,
            name,
            title,
            plan.lines(scenarios),
            NetworkRunner,
            SERVED,
            SERVED_SECONDS,
            brief=plan.brief(scenarios),
            loadable=False,
        )
        for suite, name, title, scenarios in (
            ("io", "tcp", "Servers on TCP", plan.TCP),
            ("io", "other", "Servers on UDP and Unix sockets", plan.OTHER_SOCKETS),
            ("tls", "records", "TLS: messages and handshakes", plan.TLS),
            ("apps", "web", "Web servers", (*plan.WEB, *applications.SERVERS, *applications.DRIVEN)),
            ("apps", "workers", "Web servers of several processes", applications.WORKERS),
            ("apps", "clients", "Clients", (*plan.CLIENTS, *applications.CLIENTS)),
        )
    ),
    Section(
        "apps",
        "pyperformance",
        "Programs of pyperformance, unmodified",
        APPS,
        ColdRunner,
        {"quick": Timing(1), "standard": Timing(2), "full": Timing(5)},
        dict.fromkeys(PROGRAMS, 1.0),
        extra=True,
        loadable=False,
    ),
    Section(
        "frameworks",
        "programs",
        "The same small programs on several frameworks: the time of a whole program",
        FRAMEWORK_PROGRAMS,
        ColdRunner,
        FEW_PROGRAMS,
        dict.fromkeys(PROGRAMS, 0.4),
        loadable=False,
    ),
)
SUITES: tuple[str, ...] = tuple(dict.fromkeys(section.suite for section in SECTIONS))
