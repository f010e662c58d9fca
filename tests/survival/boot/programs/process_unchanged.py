"""Compares the state of the process before and after the engine was loaded."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import warnings

from support.scenarios import run_scenario
from support.visits import visit_a_server
from survival.boot import process_state


async def use() -> None:
    """A timer and a server."""
    await asyncio.sleep(0.001)
    await visit_a_server()


def state(action: str) -> None:
    """Print what has changed when the engine was "loaded" or "used", and whether it is in memory."""
    import data_bridge.pyloop

    resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
    signal.signal(signal.SIGUSR2, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    before = process_state.snapshot()
    if action == "loaded":
        _ = data_bridge.pyloop.PyLoop
    else:
        with asyncio.Runner(loop_factory=data_bridge.pyloop.new_event_loop) as runner:
            runner.run(use())
    print(process_state.difference(before, process_state.snapshot()))
    print(process_state.engine_is_mapped())


def imported() -> None:
    """Print whether the import of the package and `install()` have loaded the engine, and what has changed."""
    before = process_state.snapshot()
    import data_bridge.pyloop

    data_bridge.pyloop.install()
    print(process_state.engine_is_mapped(), process_state.difference(before, process_state.snapshot()))


def ignored_signals_of_children() -> None:
    """Print whether a program started later ignores what one ignored before, and whether that is anything."""
    from data_bridge.pyloop import new_event_loop

    def ignored() -> str:
        command = ["grep", "SigIgn", "/proc/self/status"]
        return subprocess.run(command, restore_signals=False, capture_output=True, text=True, check=False).stdout

    before = ignored()
    new_event_loop().close()
    print(before == ignored(), before.split()[1] != "0" * 16)


def fork_with_warnings_as_errors() -> None:
    """Print the status of a child."""
    from data_bridge.pyloop import new_event_loop

    warnings.simplefilter("error")
    loop = new_event_loop()
    loop.call_soon(loop.stop)
    loop.run_forever()
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
