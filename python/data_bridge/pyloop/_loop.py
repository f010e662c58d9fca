"""The loop class: asyncio's selector loop behind `LoopCore`, the type that is implemented in Java."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import selectors
import sys
import warnings
from asyncio import events

from . import _asyncio_internals as internals
from . import _start  # before everything that needs the engine
from ._connecting import Connecting
from ._engine import LoopCore
from ._engine import time as _system_clock
from ._facade import EngineSelector, ReadyQueueView, TimersView
from ._resolver import AddressResolver
from ._signals import SignalWakeup
from ._transport_factory import TransportFactory
from ._transports_by_fd import TransportsByFd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context
    from typing import Any

    from _typeshed import FileDescriptorLike

    from ._cooperation import CooperativeWait
    from ._statistics import LoopStatistics

_NANOSECONDS = 1_000_000_000
_DEFAULT_POLL_BOUND = 50e-6
_DEFAULT_HANDSHAKE_LIMIT = 4096
_BOUND_METHODS = ("call_soon", "call_later", "call_at", "call_soon_threadsafe")
_CLOCK_FIELD: Any = LoopCore.__mro__[1].__dict__["time"]


def default_poll_bound() -> float:
    """Return the default of `PyLoop(poll_bound=...)` in seconds.

    Raises ValueError if `PYLOOP_POLL_BOUND` is set and is not a number.
    """
    text = os.environ.get("PYLOOP_POLL_BOUND")
    if text is None:
        return _DEFAULT_POLL_BOUND
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"PYLOOP_POLL_BOUND must be a number of seconds from 0 to 1, not {text!r}") from None


def handshake_limit() -> int:
    """Return how many TLS handshakes of one listening socket may be under way: `PYLOOP_TLS_HANDSHAKES`, or 4,096.

    Raises ValueError if the variable is set and is not a number of at least 1.
    """
    text = os.environ.get("PYLOOP_TLS_HANDSHAKES")
    if text is None:
        return _DEFAULT_HANDSHAKE_LIMIT
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"PYLOOP_TLS_HANDSHAKES must be a number of handshakes, at least 1, not {text!r}")
    return int(text)


class PyLoop(
    LoopCore,
    TransportFactory,
    Connecting,
    AddressResolver,
    asyncio.SelectorEventLoop,
    internals.LoopInternals,
):
    """A drop-in asyncio event loop.

    `LoopCore`, which is Java, implements what runs per callback, timer or event. The rest of the API is inherited.
    All methods belong to the thread that runs the loop, except `call_soon_threadsafe`, `call_soon_threadsafe_batch` and
    `statistics`.

    `poll_bound` is a time in seconds, from 0 to 1. A loop that always has callbacks ready looks for I/O at least that
    often, or after an iteration that takes longer; with 0 it looks in every iteration, as asyncio does. It only matters
    under load: an idle loop reacts to I/O at once. The default is the environment variable
    `PYLOOP_POLL_BOUND`, or 50 microseconds.
    """

    def __init__(self, *, poll_bound: float | None = None) -> None:
        # asyncio's constructor sets it to False. If that fails earlier, `__del__` neither warns nor calls close().
        self._closed = True
        bound = default_poll_bound() if poll_bound is None else poll_bound
        if not 0 <= bound <= 1:
            raise ValueError(f"poll_bound must be from 0 to 1 second, not {bound!r}")
        self._handshake_limit = handshake_limit()
        # A C field that holds the clock itself, not a method that calls it. As long as it holds this one, the engine
        # reads the same clock, without Python unless `time.monotonic` is replaced. Tests replace it.
        _CLOCK_FIELD.__set__(self, _system_clock)
        self._open_engine(round(bound * _NANOSECONDS))
        try:
            super().__init__(EngineSelector(self))
        except BaseException:
            self._close_engine()
            self._closed = True
            raise
        self._ready: Any = ReadyQueueView(self)
        self._transports = TransportsByFd(self)
        self._signal_wakeup = SignalWakeup(self._csock.fileno())
        self._bind_methods()
        self._find_replaced()

    def _find_replaced(self) -> None:
        # A subclass can define a clock or a `call_soon` of its own, and a test can replace that of the class.
        self._has_own_clock = type(self).time is not _CLOCK_FIELD
        self._has_own_call_soon = self.call_soon != LoopCore.call_soon.__get__(self)
        # gevent has replaced it: other greenlets have to run while the loop waits.
        self._waits_cooperatively = selectors.DefaultSelector is not getattr(selectors, "EpollSelector", None)

    def _bind_methods(self) -> None:
        # Python calls a bound method of the instance dict 8 % faster than one that it binds for the call, and the C
        # tasks of 3.11 bind one for every step. Methods that a subclass overrides are left alone.
        for name in _BOUND_METHODS:
            if getattr(type(self), name) is getattr(LoopCore, name):
                setattr(self, name, getattr(self, name))
        if type(self).call_at is not LoopCore.call_at and type(self).call_later is LoopCore.call_later:
            # asyncio's method calls the subclass's `call_at`.
            setattr(self, "call_later", self._asyncio_call_later)  # noqa: B010 - mypy refuses an assignment

    def set_debug(self, enabled: bool) -> None:
        """Enable or disable debug mode. As in asyncio, `enabled` can be any object, of which the truth value counts."""
        super().set_debug(bool(enabled))

    def run_forever(self) -> None:
        """Run until stop() is called."""
        self._check_closed()
        self._check_running()
        if self._running_forever:  # a program has made nested runs possible
            super().run_forever()
            return
        self._find_replaced()
        with self._signal_wakeup:
            self._running_forever = True
            try:
                super().run_forever()
            finally:
                self._running_forever = False

    def close(self) -> None:
        """Close the loop. It must not be running."""
        try:
            super().close()
        except BaseException:
            if self._closed:  # the next close() does nothing, so this is the last chance to close the engine
                self._close_engine()
            raise
        finally:
            if self._closed:
                if self._cooperative_wait is not None:
                    self._cooperative_wait.close()
                    self._cooperative_wait = None
                self._drop_references_to_self()

    def _drop_references_to_self(self) -> None:
        # Reference counting frees a closed loop at once, as it does asyncio's.
        self._ready = collections.deque()
        for name in _BOUND_METHODS:
            if vars(self).get(name) == getattr(LoopCore, name).__get__(self):
                delattr(self, name)

    def __del__(self, _warn: Callable[..., object] = warnings.warn) -> None:
        try:
            super().__del__(_warn)  # type: ignore[call-arg]
        finally:  # the warning can be an exception, and `_closed` can be what somebody has set
            if getattr(self, "_thread_id", None) is None:  # not running; half a loop has no such attribute
                self._closed = True
                self._close_engine()

    @property
    def _scheduled(self) -> list[asyncio.TimerHandle]:
        return [] if self._adds_timer else TimersView(self)

    @_scheduled.setter
    def _scheduled(self, timers: list[asyncio.TimerHandle]) -> None:
        self._scheduled[:] = timers

    _cooperative_wait: CooperativeWait | None = None
    _adds_timer = False  # while asyncio's call_at() pushes a new timer onto that list

    def statistics(self) -> LoopStatistics:
        """Return what the loop has done since it was created, and how much is scheduled now.

        Any thread. Raises RuntimeError if the loop is closed.
        """
        from ._statistics import LoopStatistics  # few programs ask

        return LoopStatistics.of(self._counters())

    def add_signal_handler(  # type: ignore[override]
        self, sig: int, callback: Callable[..., object], *args: Any
    ) -> None:
        """Add a handler for a signal; it replaces an earlier one. Main thread only."""
        if self._running_forever:
            self._read_signals()  # signals that came earlier must not reach the new handler
        super().add_signal_handler(sig, callback, *args)

    def _read_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := self._ssock.recv(4096):
                self._process_self_data(data)

    def remove_signal_handler(self, sig: int) -> bool:
        """Remove the handler of a signal. Return whether there was one. Main thread only."""
        removed = super().remove_signal_handler(sig)
        if self._running_forever and not self._signal_handlers:
            self._signal_wakeup.renew()  # asyncio unsets the descriptor with the last handler
        return removed

    def _process_self_data(self, data: bytes) -> None:
        super()._process_self_data(data)
        self._signal_wakeup.forward(data)

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} running={self.is_running()} closed={self.is_closed()} debug={self._debug}>"

    # asyncio's own methods, to which the engine forwards some calls: in debug mode, and with unusual arguments.
    _asyncio_call_soon = asyncio.BaseEventLoop.call_soon
    _asyncio_call_soon_threadsafe = asyncio.BaseEventLoop.call_soon_threadsafe
    _asyncio_create_future = asyncio.BaseEventLoop.create_future
    _asyncio_create_task = asyncio.BaseEventLoop.create_task
    _asyncio_call_later = asyncio.BaseEventLoop.call_later

    def _asyncio_call_at(self, *args: Any, **kwargs: Any) -> asyncio.TimerHandle:
        self._adds_timer = True
        try:
            timer = asyncio.BaseEventLoop.call_at(self, *args, **kwargs)
        finally:
            self._adds_timer = False
        internals.drop_own_frames(timer)
        self._enqueue_timer(timer)
        return timer

    def _asyncio_handle(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return events.Handle(callback, args, self, context)

    # Called by the engine.

    def _wait_cooperatively(self, seconds: float | None) -> None:
        if self._cooperative_wait is None:
            from ._cooperation import CooperativeWait

            self._cooperative_wait = CooperativeWait(self._poll_descriptor())
        self._cooperative_wait.wait(seconds)

    def _inherited_run_once(self) -> None:
        super(LoopCore, self)._run_once()  # type: ignore[misc]

    def _fileno(self, fileobj: FileDescriptorLike) -> int:
        return internals.file_descriptor(fileobj)

    def _callback_failed(self, handle: asyncio.Handle, exception: BaseException) -> None:
        self.call_exception_handler(internals.callback_failure(handle, exception))

    def _schedule_in_debug_mode(self, items: tuple[Any, ...], name: str) -> list[asyncio.Handle]:
        handle_class = internals.ThreadSafeHandle or events.Handle
        if name == "call_soon_batch":
            handle_class = events.Handle
            self._check_thread()
        calls = [item if isinstance(item, tuple) else (item,) for item in items]
        for callback, *_ in calls:
            self._check_callback(callback, name)
        handles = []
        for callback, *arguments in calls:
            handle = handle_class(callback, tuple(arguments), self, None)
            internals.drop_own_frames(handle)
            handles.append(handle)
        for handle in handles:
            self._enqueue(handle)
        return handles

    def _run_in_debug_mode(self, handle: asyncio.Handle) -> None:
        try:
            self._current_handle = handle
            started = self.time()
            handle._run()
            elapsed = self.time() - started
            if elapsed >= self.slow_callback_duration:
                internals.warn_of_slow_callback(handle, elapsed)
        finally:
            self._current_handle = None
            del handle  # the traceback of an exception can keep this frame alive, and with it the handle


if sys.version_info[:2] > _start.NEWEST_KNOWN_PYTHON:
    from . import _seams

    _seams.refuse_if_moved(_seams.moved_methods(_seams.overriding_classes()))
