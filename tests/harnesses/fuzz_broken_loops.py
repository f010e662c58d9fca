"""Loops with one fault each, for the differential fuzzer to find. asyncio's own otherwise."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any


class Lifo(asyncio.SelectorEventLoop):
    """Runs what is ready in the wrong order."""

    def _run_once(self) -> None:
        self._ready.reverse()  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class LosesCancelledTimers(asyncio.SelectorEventLoop):
    """A cancelled timer takes the next one with it."""

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        timer = super().call_at(when, callback, *args, context=context)
        if any(other.cancelled() for other in self._scheduled):  # type: ignore[attr-defined]
            timer.cancel()
        return timer


class RunsCancelledHandles(asyncio.SelectorEventLoop):
    """Cancelling has no effect on what is ready."""

    def _run_once(self) -> None:
        for handle in self._ready:  # type: ignore[attr-defined]
            if handle._cancelled and handle._callback is None and getattr(handle, "saved", None):
                handle._cancelled = False
                handle._callback, handle._args = handle.saved
        super()._run_once()  # type: ignore[misc]

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]
        self._check_closed()  # type: ignore[attr-defined]
        handle = _SavingHandle(callback, args, self, context)
        handle.saved = (callback, args)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle


class _SavingHandle(asyncio.Handle):
    saved: Any = None


class _DroppingTransport(asyncio.selector_events._SelectorSocketTransport):  # type: ignore[misc, name-defined]
    _writes = 0

    def write(self, data: Any) -> None:
        self._writes += 1
        if self._writes != 3:
            super().write(data)


class DropsAWrite(asyncio.SelectorEventLoop):
    """The third write of a connection gets lost."""

    def _make_socket_transport(
        self, sock: Any, protocol: Any, waiter: Any = None, *, extra: Any = None, server: Any = None
    ) -> Any:
        return _DroppingTransport(self, sock, protocol, waiter, extra, server)


class ForgetsEndsOfTls(asyncio.SelectorEventLoop):
    """Does not tell a protocol that its TLS peer has ended the connection."""

    def _make_ssl_transport(self, *args: Any, **options: Any) -> Any:
        transport = super()._make_ssl_transport(*args, **options)  # type: ignore[misc]
        transport._ssl_protocol._call_eof_received = lambda *_args: None
        return transport


class WrongContext(asyncio.SelectorEventLoop):
    """Forgets the context of timers."""

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        del context
        return super().call_at(when, callback, *args)


class LosesHandlerCalls(asyncio.SelectorEventLoop):
    """Says nothing about exceptions in callbacks."""

    def call_exception_handler(self, context: Any) -> None:
        if "handle" not in context:
            super().call_exception_handler(context)


class KillsTheProcess(asyncio.SelectorEventLoop):
    """As a crash would, when a callback has raised."""

    def call_exception_handler(self, context: Any) -> None:
        if "handle" in context:
            os.kill(os.getpid(), signal.SIGKILL)
        super().call_exception_handler(context)


lifo = Lifo
loses_cancelled_timers = LosesCancelledTimers
runs_cancelled_handles = RunsCancelledHandles
drops_a_write = DropsAWrite
wrong_context = WrongContext
forgets_ends_of_tls = ForgetsEndsOfTls
loses_handler_calls = LosesHandlerCalls
kills_the_process = KillsTheProcess
