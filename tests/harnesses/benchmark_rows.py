"""The rows that the suites without servers have, by section."""

COLD = [
    "import_first_loop",
    "nothing_first_loop",
    "first_100",
    "first_1k",
    "first_10k",
    "first_100k",
    "first_100_requests",
    "first_1k_requests",
    "first_500_connections",
    "script",
    "pytest_asyncio",
    "pytest_anyio",
]
PACKAGES = {"pytest_asyncio": "pytest_asyncio", "pytest_anyio": "anyio"}
MEMORY = [
    "held_import",
    "held_loop",
    "held_100",
    "held_1000",
    "held_10000",
    "held_100000",
    "used_loop",
    "workers",
    "one_handle",
    "one_timer",
    "one_task",
    "one_connection",
    "idle_connections_10k",
]
SHORT = [
    "callbacks_100",
    "callbacks_1k",
    "callbacks_10k",
    "callbacks_50k",
    "callbacks_100k",
    "loop_overhead",
    "timers_scheduled_100",
    "timers_scheduled_1k",
    "timers_scheduled_10k",
    "timers_cancelled",
    "sleep_zero",
    "task_create_await",
    "gather_10",
    "timeout_context",
    "threadsafe_flood",
    "threadsafe_wakeup",
    "executor",
    "getaddrinfo_literal",
    "spawn",
]
WARM_ONLY = {
    "callbacks_arg",
    "burst_10k",
    "exceptions",
    "loop_overhead_250",
    "loops_in_threads_2",
    "loops_in_threads_4",
    "timers_5k",
    "timers_100us",
    "timers_completed",
    "timers_overdue",
    "due_batch_5k",
    "producers_1",
    "producers_2",
    "producers_4",
    "producers_1_lateness",
    "producers_2_lateness",
    "producers_4_lateness",
    "mixed_patterns",
    "idle_wakeup",
    "idle_cpu",
    "pipes_1KiB",
    "timer_lateness",
    "timer_precision",
}
METRICS = {
    **{name: ["RSS", "PSS"] for name in MEMORY if name.startswith("held_")},
    **{name: ["RSS", "blocks"] for name in MEMORY if name.startswith("one_")},
    "used_loop": ["RSS", "VmSize", "threads"],
    "workers": ["PSS", "private"],
    "idle_connections_10k": ["RSS", "blocks", "connections"],
    **{name: ["p50", "p99"] for name in WARM_ONLY if name.startswith("producers_") and name.endswith("_lateness")},
    "threadsafe_wakeup": ["mean", "p50", "p99"],
    "mixed_patterns": ["immediate", "delayed", "burst"],
    "idle_wakeup": ["mean", "p50", "p99"],
    "timer_lateness": ["mean", "p99", "max", "early"],
    "timer_precision": ["mean", "p99", "max", "early"],
}
SECTIONS = ["cold/start", "cold/short", "memory/process", "loop/warm", "loop/scaling", "loop/breakdown"]
SCALING = [
    *(f"callbacks_{size}" for size in ("1k", "5k", "10k", "25k", "50k", "100k")),
    *(
        f"{kind}_{size}"
        for kind in ("timers", "timers_scheduled")
        for size in ("100", "500", "1k", "2.5k", "5k", "10k")
    ),
]
BREAKDOWN = ["callback_call", "callback_scheduling", "callback_iteration"]


def with_metrics(names: list[str]) -> list[tuple[str, str]]:
    return [(name, metric) for name in names for metric in METRICS.get(name, ["mean"])]
