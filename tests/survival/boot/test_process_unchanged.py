"""Loading the engine leaves the process as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from survival.boot.server_programs import VISIT

RunClean = Callable[..., str]

PREPARE = """
import asyncio, faulthandler, os, resource, signal, sys
from survival.boot import process_state
import data_bridge.pyloop
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
signal.signal(signal.SIGUSR2, lambda *_: None)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
before = process_state.snapshot()
"""
CHECK = """
print(process_state.difference(before, process_state.snapshot()))
"""
LOAD = "data_bridge.pyloop.PyLoop"
USE = f"""
async def main():
    await asyncio.sleep(0.001)
{VISIT}
with asyncio.Runner(loop_factory=data_bridge.pyloop.new_event_loop) as runner:
    runner.run(main())
"""


@pytest.mark.parametrize("action", [LOAD, USE], ids=["loaded", "used"])
@pytest.mark.parametrize("options", [(), ("-X", "faulthandler")], ids=["", "faulthandler"])
def test_state_of_the_process(run_clean: RunClean, action: str, options: tuple[str, ...]) -> None:
    """Threads, signals, masks, locale, environment, limits, descriptors; a faulthandler that is on stays on."""
    code = f"{PREPARE}{action}{CHECK}print(process_state.engine_is_mapped())"
    assert run_clean(code, options=options, LC_ALL="C.UTF-8") == "{}\nTrue\n"


def test_import_of_the_package_loads_nothing(run_clean: RunClean) -> None:
    code = """
from survival.boot import process_state
before = process_state.snapshot()
import data_bridge.pyloop
data_bridge.pyloop.install()
print(process_state.engine_is_mapped(), process_state.difference(before, process_state.snapshot()))
"""
    assert run_clean(code) == "False {}\n"


def test_no_new_files(run_clean: RunClean, tmp_path: Path) -> None:
    run_clean(PREPARE + USE)
    assert list((tmp_path / "cwd").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_programs_started_later_inherit_the_same_ignored_signals(run_clean: RunClean) -> None:
    code = """
import subprocess
from data_bridge.pyloop import new_event_loop
def ignored():
    command = ["grep", "SigIgn", "/proc/self/status"]
    return subprocess.run(command, restore_signals=False, capture_output=True, text=True).stdout
before = ignored()
new_event_loop().close()
print(before == ignored(), before.split()[1] != "0" * 16)
"""
    assert run_clean(code) == "True True\n"


def test_python_does_not_speak_of_threads_at_a_fork(run_clean: RunClean) -> None:
    """From 3.12 on it warns of a fork in a process that has several."""
    code = """
import os, warnings
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
"""
    assert run_clean(code) == "3\n"


def test_settings_of_a_jvm_are_not_read(run_clean: RunClean) -> None:
    """Programs beside us may need them; the engine is no JVM, and does not say that it has picked them up."""
    variables = dict.fromkeys(("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"), "-XX:+NoSuchOption -Xmx1k")
    assert run_clean(PREPARE + USE + CHECK, **variables, JAVA_HOME="/nonexistent") == "{}\n"
