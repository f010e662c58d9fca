"""Operations of callbacks, futures and tasks that need no `await`; `ready` has those that do, and the strand."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING, Any

from fuzz.recorder import READY, VAR, PlantedBase, PlantedError, PlantedExit, text
from fuzz.strand import Strand
from fuzz.strands.nesting import SLOTS

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from fuzz.program import Op
    from fuzz.recorder import Recorder
    from fuzz.strands.nesting import Maker

FAR = 3600.0
ANYWHERE: list[Maker] = [
    (lambda g, d: g.op("soon", g.keep(), g.context(), g.random.randrange(4), body=g.body(d, False)), 6),
    (lambda g, d: g.op("soon_plain", g.keep(), g.random.randrange(4), body=g.body(d, False)), 6),
    (lambda g, d: g.op("soon_threadsafe", g.keep(), g.context(), body=g.body(d, False)), 2),
    (lambda g, d: g.op("timer_past", g.keep(), g.context(), body=g.body(d, False)), 3),
    (lambda g, d: g.op("timer_due", g.keep(), g.random.choice((0, 0, -0.5)), body=g.body(d, False)), 3),
    (lambda g, d: g.op("timer_far", g.random.random() < 0.8, body=g.body(d, False, 1)), 1),
    (lambda g, _: g.op("cancel_handle", g.index()), 4),
    (lambda g, _: g.op("new_future", g.slot()), 2),
    (lambda g, _: g.op("set_result", g.slot()), 3),
    (lambda g, _: g.op("set_exception", g.slot()), 1.5),
    (lambda g, _: g.op("cancel_future", g.slot()), 1),
    (lambda g, d: g.op("done_callback", g.slot(), g.context(), body=g.body(d, False, 3)), 3),
    (lambda g, _: g.op("event_set", g.slot()), 2),
    (lambda g, _: g.op("event_clear", g.slot()), 1),
    (lambda g, _: g.op("put_nowait", g.slot()), 2),
    (lambda g, _: g.op("get_nowait", g.slot()), 1.5),
    (lambda g, d: g.op("spawn", g.context(), body=g.body(d, True, 7)), 9),
    (lambda g, _: g.op("cancel_task", g.index()), 3),
    (lambda g, _: g.op("look_task", g.index()), 2),
    (lambda g, _: g.op("set_var"), 3),
    (lambda g, _: g.op("raise", g.random.choices(("plain", "base", "exit"), (8, 1, 0.5))[0]), 1.5),
    (lambda g, _: g.op("stop"), 0.5),
    (lambda g, _: g.op("report"), 0.5),
]
"""What makes these operations; all of them are possible in tasks, too."""

_RAISED = {"plain": PlantedError, "base": PlantedBase, "exit": PlantedExit}


def state(future: asyncio.Future[Any]) -> str:
    """What a future has become."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    exc = future.exception()
    return text(exc) if exc else f"result {future.result()!r}"


class Callbacks(Strand):
    """The objects a program works on, and the operations. Everything here follows from the order of the ready queue."""

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder, lane: str) -> None:
        super().__init__(loop, recorder, lane)
        self.base = loop.time()
        self.handles: list[asyncio.Handle] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self.futures = [loop.create_future() for _ in range(SLOTS)]
        self.events = [asyncio.Event() for _ in range(SLOTS)]
        self.queues: list[asyncio.Queue[int]] = [asyncio.Queue(size) for size in range(SLOTS)]
        self.locks: list[Any] = [asyncio.Lock(), asyncio.Lock(), asyncio.Semaphore(2), asyncio.BoundedSemaphore(1)]
        self.conditions = [asyncio.Condition() for _ in range(SLOTS)]

    def note(self, op: Op, *what: Any) -> None:
        """Record something about an operation."""
        self.recorder.add(READY, op.ident, op.kind, *what)

    def perform(self, ops: Sequence[Op]) -> None:
        """Do operations in a callback; what a coroutine would do with `await` is left out."""
        for op in ops:
            method = getattr(self, f"do_{op.kind}", None)
            if method is not None:
                method(op, *op.args)

    def _callback(self, op: Op) -> Any:
        def callback(*args: Any) -> None:
            self.note(op, "runs", args)
            self.perform(op.body)

        return callback

    def _keep(self, handle: asyncio.Handle, keep: bool) -> None:
        # A handle that nobody keeps can be reused by the loop; both kinds have to work.
        if keep:
            self.handles.append(handle)

    @staticmethod
    def _context(value: int | None) -> contextvars.Context | None:
        if value is None:
            return None
        context = contextvars.copy_context()
        context.run(VAR.set, value)
        return context

    def do_soon(self, op: Op, keep: bool, context: int | None, count: int) -> None:
        args = range(count)
        self._keep(self.loop.call_soon(self._callback(op), *args, context=self._context(context)), keep)

    def do_soon_plain(self, op: Op, keep: bool, count: int) -> None:
        self._keep(self.loop.call_soon(self._callback(op), *range(count)), keep)

    def do_soon_threadsafe(self, op: Op, keep: bool, context: int | None) -> None:
        self._keep(self.loop.call_soon_threadsafe(self._callback(op), context=self._context(context)), keep)

    def do_timer_past(self, op: Op, keep: bool, context: int | None) -> None:
        # More than a second ago: before all that `timer_due` makes.
        when = self.base - 1 - op.ident / 100
        self._keep(self.loop.call_at(when, self._callback(op), op.ident, context=self._context(context)), keep)

    def do_timer_due(self, op: Op, keep: bool, delay: float) -> None:
        self._keep(self.loop.call_later(delay, self._callback(op)), keep)

    def do_timer_far(self, op: Op, keep: bool) -> None:
        self._keep(self.loop.call_later(FAR + op.ident, self._callback(op)), keep)

    def do_cancel_handle(self, op: Op, index: int) -> None:
        if self.handles:
            handle = self.handles[index % len(self.handles)]
            before = handle.cancelled()
            handle.cancel()
            self.note(op, before, handle.cancelled(), isinstance(handle, asyncio.TimerHandle))

    def _future(self, index: int) -> asyncio.Future[Any]:
        return self.futures[index]

    def do_new_future(self, op: Op, index: int) -> None:
        self.note(op, state(self.futures[index]))
        self.futures[index] = self.loop.create_future()

    def do_set_result(self, op: Op, index: int) -> None:
        try:
            self.futures[index].set_result(op.ident)
        except asyncio.InvalidStateError as exc:
            self.note(op, text(exc))

    def do_set_exception(self, op: Op, index: int) -> None:
        try:
            self.futures[index].set_exception(PlantedError(op.ident))
        except asyncio.InvalidStateError as exc:
            self.note(op, text(exc))

    def do_cancel_future(self, op: Op, index: int) -> None:
        self.note(op, self.futures[index].cancel(f"by {op.ident}"))

    def do_done_callback(self, op: Op, index: int, context: int | None) -> None:
        def done(future: asyncio.Future[Any]) -> None:
            self.note(op, "done", state(future))
            self.perform(op.body)

        self.futures[index].add_done_callback(done, context=self._context(context))

    def do_event_set(self, _op: Op, index: int) -> None:
        self.events[index].set()

    def do_event_clear(self, _op: Op, index: int) -> None:
        self.events[index].clear()

    def do_put_nowait(self, op: Op, index: int) -> None:
        try:
            self.queues[index].put_nowait(op.ident)
        except asyncio.QueueFull as exc:
            self.note(op, text(exc))

    def do_get_nowait(self, op: Op, index: int) -> None:
        try:
            self.note(op, self.queues[index].get_nowait())
        except asyncio.QueueEmpty as exc:
            self.note(op, text(exc))

    def coroutine(self, op: Op) -> Coroutine[Any, Any, int]:
        """What a task of this operation runs."""
        raise NotImplementedError

    def start(self, op: Op, context: int | None = None) -> asyncio.Task[Any]:
        """Make a task, known to `cancel_task`."""
        task = self.loop.create_task(self.coroutine(op), name=f"task {op.ident}", context=self._context(context))
        self.tasks.append(task)
        return task

    def do_spawn(self, op: Op, context: int | None) -> None:
        self.start(op, context)

    def do_cancel_task(self, op: Op, index: int) -> None:
        if self.tasks:
            task = self.tasks[index % len(self.tasks)]
            self.note(op, task.cancel(f"by {op.ident}"), task.cancelling())

    def do_look_task(self, op: Op, index: int) -> None:
        if self.tasks:
            task = self.tasks[index % len(self.tasks)]
            # Tasks that wait for each other are cancelled until the stack is full: the count is how deep that is.
            self.note(op, task.get_name(), state(task), min(task.cancelling(), 100))

    def do_set_var(self, op: Op) -> None:
        VAR.set(op.ident)

    def do_raise(self, op: Op, kind: str) -> None:
        raise _RAISED[kind](op.ident)

    def do_stop(self, op: Op) -> None:
        self.note(op)
        self.loop.stop()

    def do_report(self, op: Op) -> None:
        self.loop.call_exception_handler({"message": f"reported by {op.ident}", "exception": PlantedError(op.ident)})
