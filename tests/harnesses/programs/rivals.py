"""Rivals of asyncio's loop, for the benchmarks to measure: they are imported under the names of other packages."""

import asyncio
import time
from typing import Any


class Same(asyncio.SelectorEventLoop):
    """asyncio's own."""


class Slow(asyncio.SelectorEventLoop):
    """Takes its time for each callback."""

    def call_soon(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]
        """See asyncio.AbstractEventLoop."""
        time.sleep(0.001)
        return super().call_soon(*args, **kwargs)


class Broken(asyncio.SelectorEventLoop):
    """Schedules nothing."""

    def call_soon(self, *_args: Any, **_kwargs: Any) -> asyncio.Handle:  # type: ignore[override]
        """See asyncio.AbstractEventLoop."""
        raise RuntimeError("this loop is broken")


class Unclosable(asyncio.SelectorEventLoop):
    """Fails at its first timer, and cannot be closed after that."""

    failed = False

    def call_later(self, *_args: Any, **_kwargs: Any) -> asyncio.TimerHandle:  # type: ignore[override]
        """See asyncio.AbstractEventLoop."""
        self.failed = True
        raise RuntimeError("this loop has no timers")

    def close(self) -> None:
        """See asyncio.AbstractEventLoop."""
        if self.failed:
            raise RuntimeError("this loop cannot be closed")
        super().close()
