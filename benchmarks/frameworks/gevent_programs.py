"""The small programs on gevent, with its own functions: nothing is patched."""

from __future__ import annotations

from time import perf_counter_ns

import gevent
import gevent.queue
import gevent.server
import gevent.socket

from benchmarks.frameworks.checks import MESSAGE, TIMER_SECONDS, expect


def spawn(count: int) -> int:
    """Start greenlets one after the other, each joined before the next."""
    done = 0

    def child() -> None:
        nonlocal done
        done += 1

    start = perf_counter_ns()
    for _ in range(count):
        gevent.spawn(child).join()
    elapsed = perf_counter_ns() - start
    expect("greenlets", done, count)
    return elapsed


def checkpoints(count: int) -> int:
    """Let others run, of whom there are none."""
    passed = 0
    start = perf_counter_ns()
    for _ in range(count):
        gevent.sleep(0)
        passed += 1
    elapsed = perf_counter_ns() - start
    expect("checkpoints", passed, count)
    return elapsed


def queue(count: int) -> int:
    """Messages that two greenlets send each other by turns."""
    there = gevent.queue.Queue(1)
    back = gevent.queue.Queue(1)
    taken = returned = 0

    def answer() -> None:
        nonlocal taken
        for _ in range(count // 2):
            back.put(there.get())
            taken += 1

    start = perf_counter_ns()
    greenlet = gevent.spawn(answer)
    for number in range(count // 2):
        there.put(number)
        returned += back.get() == number
    greenlet.join()
    elapsed = perf_counter_ns() - start
    expect("messages", taken + returned, count)
    return elapsed


def timers(count: int) -> int:
    """Greenlets that all sleep at the same time."""
    woken = 0

    def sleeper() -> None:
        nonlocal woken
        gevent.sleep(TIMER_SECONDS)
        woken += 1

    start = perf_counter_ns()
    gevent.joinall([gevent.spawn(sleeper) for _ in range(count)])
    elapsed = perf_counter_ns() - start
    expect("timers", woken, count)
    return elapsed


def echo(count: int) -> int:
    """Requests on one connection; client and server in this process."""

    def serve(client: gevent.socket.socket, _address: tuple[str, int]) -> None:
        while data := client.recv(65536):
            client.sendall(data)

    server = gevent.server.StreamServer(("127.0.0.1", 0), serve)
    server.start()
    client = gevent.socket.create_connection(server.address)
    answered = 0
    start = perf_counter_ns()
    for _ in range(count):
        client.sendall(MESSAGE)
        data = client.recv(65536)
        while len(data) < len(MESSAGE):
            data += client.recv(65536)
        answered += data == MESSAGE
    elapsed = perf_counter_ns() - start
    client.close()
    server.stop()
    expect("requests answered", answered, count)
    return elapsed


PROGRAMS = {"spawn": spawn, "checkpoints": checkpoints, "queue": queue, "timers": timers, "echo": echo}


def run(program: str, count: int, _factory: None) -> int:
    """In nanoseconds."""
    return PROGRAMS[program](count)
