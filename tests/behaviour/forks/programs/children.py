"""Forks a child that runs a function; what the programs of the fork tests share."""

import asyncio
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable


def only_expected_warnings() -> None:
    """Make errors of all others."""
    warnings.simplefilter("error")
    # From Python 3.12 on, of the threads that a test has started; of nothing else a child or its parent is warned.
    warnings.filterwarnings("ignore", "This process", DeprecationWarning)
    warnings.simplefilter("ignore", ResourceWarning)  # a child may leave with everything open


def in_child(function: Callable[[], int]) -> int:
    """The exit status of a child that ends with what the function returns, or with 99 if it fails."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # a child that hangs outlives nobody
        code = 99
        try:
            code = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def use() -> int:
    """A timer and a process; return 7, its exit status."""
    await asyncio.sleep(0.001)
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
    return await child.wait()
