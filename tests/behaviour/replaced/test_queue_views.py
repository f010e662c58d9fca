"""`loop._ready`, `loop._scheduled` and `loop._selector`, as tools read and use them."""

import asyncio
import heapq
import selectors
import socket
from collections.abc import Callable
from typing import Any

import pytest

from support import workloads
from support.loop_kinds import PYLOOP, Loop, LoopKind, SocketPair, only_pyloop, run_coroutine, run_iterations


def callbacks(handles: Any) -> list[Any]:
    """What handles call, with what."""
    return [(handle._callback, handle._args) for handle in handles]


def test_ready_queue_has_what_is_scheduled(loop: Any) -> None:
    ran: list[int] = []
    for number in range(3):
        loop.call_soon(ran.append, number)
    assert len(loop._ready) == 3
    assert loop._ready
    assert callbacks(loop._ready) == [(ran.append, (number,)) for number in range(3)]
    assert loop._ready[-1]._args == (2,)
    assert isinstance(loop._ready[0], asyncio.Handle)
    loop._ready[1].cancel()
    run_iterations(loop)
    assert ran == [0, 2]
    assert len(loop._ready) == 0
    assert not loop._ready


def test_ready_queue_can_be_changed(loop: Any) -> None:
    """As schedulers with priorities do, that move handles."""
    ran: list[int] = []
    handles = [loop.call_soon(ran.append, number) for number in range(6)]
    ready = loop._ready
    assert ready.popleft() is handles[0]
    assert ready.pop() is handles[5]
    ready.remove(handles[2])
    assert handles[2] not in ready
    ready.rotate(1)  # 4 1 3
    ready.appendleft(handles[5])  # 5 4 1 3
    ready.insert(1, handles[2])  # 5 2 4 1 3
    ready.extendleft([handles[0]])  # 0 5 2 4 1 3
    del ready[3]  # 0 5 2 1 3
    ready[0] = handles[4]  # 4 5 2 1 3
    assert ready.index(handles[1]) == 3
    assert [handle._args for handle in ready.copy()] == [(4,), (5,), (2,), (1,), (3,)]
    run_iterations(loop)
    assert ran == [4, 5, 2, 1, 3]


def test_empty_queue_refuses_as_a_deque(loop: Any) -> None:
    for take in (loop._ready.popleft, loop._ready.pop, lambda: loop._ready[0]):
        with pytest.raises(IndexError):
            take()
    loop.call_soon(int)
    with pytest.raises(IndexError):
        loop._ready[1]
    with pytest.raises(IndexError):
        del loop._ready[-2]
    with pytest.raises(IndexError):
        loop._ready[5] = loop._ready[0]
    assert len(loop._ready) == 1


def test_timers_are_a_heap(loop: Any) -> None:
    now = loop.time()
    timers = [loop.call_at(now + 100 + delay, int, delay) for delay in (5, 3, 9, 1, 7, 3.5, 2)]
    timers[1].cancel()
    scheduled = loop._scheduled
    assert isinstance(scheduled, list)
    assert len(scheduled) == 7
    assert scheduled[0] is timers[3]
    assert scheduled[0]._when == now + 101
    assert {id(handle) for handle in scheduled} == {id(handle) for handle in timers}
    copy = list(scheduled)
    assert [heapq.heappop(copy)._when - now for _ in range(7)] == pytest.approx([101, 102, 103, 103.5, 105, 107, 109])
    assert sum(not handle.cancelled() for handle in loop._scheduled) == 6


def test_due_timer_that_is_moved_runs_once(loop: Any) -> None:
    """As iterations outside of asyncio move it: from the heap to the queue."""
    ran: list[str] = []
    loop.call_later(0, ran.append, "due")
    loop.call_later(3600, ran.append, "moved")
    loop.call_later(3600, ran.append, "moved and cancelled").cancel()
    timers = loop._scheduled
    for timer in sorted(timers):
        loop._ready.append(timer)
    loop._scheduled.clear()
    del timers
    assert len(loop._ready) == 3
    run_iterations(loop, 2)
    assert ran == ["due", "moved"]
    assert not loop._scheduled


def test_selector_has_the_registrations(loop: Any, pair: SocketPair) -> None:
    left, right = pair
    loop.add_reader(left, int)
    loop.add_writer(right, int)
    seen = loop._selector.get_map()
    assert seen[left.fileno()].events == selectors.EVENT_READ
    assert seen[right.fileno()].events == selectors.EVENT_WRITE
    assert loop._selector.get_key(left).data[0]._callback is int
    loop.remove_reader(left)
    loop.remove_writer(right)
    assert left.fileno() not in loop._selector.get_map()


@pytest.fixture
def stepped(new_loop: Callable[[], Any], kind: LoopKind) -> Loop:
    """A loop whose class has asyncio's own iteration, as a program that copies it would have."""
    cls = type(new_loop())
    namespace = {"_run_once": asyncio.BaseEventLoop._run_once}  # type: ignore[attr-defined]
    loop: Loop = type("Stepped", (cls,), namespace)()
    return loop


# Batches of callbacks, in the first one, are PyLoop's own.
@pytest.mark.parametrize("kind", [PYLOOP], ids=str)
@pytest.mark.parametrize("name", workloads.WORKLOADS)
def test_iterations_of_asyncio_run_everything(stepped: Loop, name: str) -> None:
    """Nothing of the engine's own iteration is needed: connections, TLS, pipes, children, threads."""
    try:
        for _ in range(3):
            run_coroutine(stepped, workloads.WORKLOADS[name]())
        stepped.run_until_complete(stepped.shutdown_default_executor())
    finally:
        stepped.close()


@only_pyloop
def test_transports_are_in_the_queue(loop: Any, kind: LoopKind) -> None:
    """One that has something to read is a handle like that of asyncio's transport."""

    async def main() -> list[Any]:
        left, right = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=left)
        await asyncio.sleep(0)
        right.send(b"hello")
        loop._select(1)
        seen = [handle._callback.__name__ for handle in loop._ready if handle._callback.__name__ == "_read_ready"]
        data = await reader.read(10)
        writer.close()
        right.close()
        return [seen, data]

    assert run_coroutine(loop, main()) == [["_read_ready"], b"hello"]


@pytest.mark.parametrize("debug", [False, True])
def test_timers_can_be_changed(loop: Any, debug: bool) -> None:
    """As iterations and virtual clocks do, with `heapq`."""
    ran: list[int] = []
    loop.set_debug(debug)
    now = loop.time()
    timers = [loop.call_at(now + number * 0.001, ran.append, number) for number in range(6)]
    assert heapq.heappop(loop._scheduled) is timers[0]
    heapq.heappop(loop._scheduled).cancel()
    assert len(loop._scheduled) == 4
    heapq.heappush(loop._scheduled, timers[0])
    assert len(loop._scheduled) == 5
    loop._scheduled.remove(timers[3])
    loop._scheduled = [timer for timer in loop._scheduled if timer is not timers[4]]
    heapq.heapify(loop._scheduled)
    loop.call_at(now + 0.01, loop.stop)
    loop.run_forever()
    assert ran == [0, 2, 5]
    assert not loop._scheduled
