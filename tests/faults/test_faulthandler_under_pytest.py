"""pytest switches faulthandler on and off around its sessions; loops inside and after them survive it."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from java_probe import STORM

Run = Callable[..., subprocess.CompletedProcess[str]]

TESTS = """
import asyncio, ctypes
import java_probe
from data_bridge.pyloop import new_event_loop

def run_a_loop():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(asyncio.sleep(0))

def test_probe():
    run_a_loop()
    assert java_probe.Java().works()

def test_crash():
    run_a_loop()
    assert java_probe.Java().works()
    ctypes.string_at(0)
"""

BOOTED = "from data_bridge.pyloop import new_event_loop; new_event_loop().close()"


@pytest.fixture
def session(run: Run, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program that can run the test named so in a session of pytest, as often as it likes."""
    file = tmp_path / "test_inner.py"
    file.write_text(TESTS)

    def run_sessions(options: list[str], program: str) -> subprocess.CompletedProcess[str]:
        code = f"""
import resource, sys
sys.path.insert(0, {str(tmp_path)!r})
import pytest
resource.setrlimit(resource.RLIMIT_CPU, (40, 40))
def run_session(test):
    return pytest.main([*{options!r}, "-q", "-p", "no:cacheprovider", "--timeout=0", {str(file)!r} + "::" + test])
{program}
"""
        # Written byte code would be a new file of the inner tests, not of PyLoop.
        return run(code, PYLOOP_JVM_OPTIONS=STORM, PYTHONDONTWRITEBYTECODE="1", PYTEST_ADDOPTS=None)

    return run_sessions


@pytest.mark.parametrize(
    ("options", "before"),
    [([], ""), ([], BOOTED), (["-p", "no:faulthandler"], ""), (["-s"], BOOTED)],
    ids=["default", "booted before", "no plugin", "booted before, -s"],
)
def test_two_sessions_and_a_loop_after_them(
    session: Callable[..., subprocess.CompletedProcess[str]], options: list[str], before: str
) -> None:
    program = f"""
{before}
print("codes", int(run_session("test_probe")), int(run_session("test_probe")))
import test_inner
test_inner.test_probe()
print("probed")
"""
    result = session(options, program)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout.endswith("codes 0 0\nprobed\n"), result


@pytest.mark.parametrize("options", [[], ["-p", "no:faulthandler", "-s"], ["-s"]], ids=["default", "no plugin", "-s"])
def test_crash_in_a_test(session: Callable[..., subprocess.CompletedProcess[str]], options: list[str]) -> None:
    # Without its plugin and with what the tests print captured, pytest would keep the traceback to itself.
    result = session(options, "run_session('test_crash')")
    assert result.returncode == -signal.SIGSEGV, result
    assert result.stderr.count("Fatal Python error: Segmentation fault\n") == 1, result
    assert "in test_crash\n" in result.stderr, result
