"""Loops that are wrong on purpose: what the harness must notice."""

import asyncio
import atexit
import os
import time
from typing import Any


class FailingLoop(asyncio.SelectorEventLoop):
    """Raises where a loop must not."""

    def run_until_complete(self, future: Any) -> Any:
        """Fail before anything is run."""
        if asyncio.iscoroutine(future):
            future.close()
        raise LookupError("wrong on purpose")


class HangingLoop(asyncio.SelectorEventLoop):
    """Blocks for good in what only some tests use."""

    def set_debug(self, enabled: bool) -> None:
        """Block for longer than any limit; a loop's own __init__ disables debug mode."""
        if enabled:
            time.sleep(3600)
        super().set_debug(enabled)


class CrashingLoop(asyncio.SelectorEventLoop):
    """Ends the process in what only some tests use."""

    def set_debug(self, enabled: bool) -> None:
        """Die as by a fault in native code."""
        if enabled:
            os.abort()
        super().set_debug(enabled)


class ExitCrashingLoop(asyncio.SelectorEventLoop):
    """Passes every test and then spoils the exit code of the process."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        atexit.register(os._exit, 3)
