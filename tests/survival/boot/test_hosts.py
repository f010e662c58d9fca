"""Interpreters and machines that PyLoop does not support are refused clearly."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop

REFUSED = """
import os, sys
from data_bridge.pyloop import new_event_loop
{pretend}
try:
    new_event_loop()
except ImportError as error:
    print(error)
"""

# Hosts that are not at hand are pretended; the text must name cause and remedy.
PRETENDED = {
    'sys.platform = "darwin"': ("Linux only, this is darwin", "use asyncio's own event loop"),
    'sys.abiflags = "t"': ("free-threaded builds", "use a build with the GIL"),
    "sys.getobjects = None": ("Py_TRACE_REFS", "use an ordinary build"),
    'sys.implementation.name = "pypy"': ("CPython's C API, this is pypy", "use CPython"),
    'os.uname = lambda: os.uname_result(["Linux", "", "", "", "aarch64"])': (
        "64-bit x86-64 only, this is a 64-bit Python on aarch64",
        "asyncio",
    ),
    "sys.version_info = (3, 10, 1)": ("needs Python 3.11 or newer", "use a newer Python"),
}


@pytest.mark.parametrize(("pretend", "texts"), PRETENDED.items(), ids=PRETENDED)
def test_pretended_host(run_clean: Callable[..., str], pretend: str, texts: tuple[str, str]) -> None:
    output = run_clean(REFUSED.format(pretend=pretend))
    for text in texts:
        assert text in output


def test_python_without_ctypes(run_clean: Callable[..., str]) -> None:
    """Some are built without libffi; the engine needs none."""
    code = """
import asyncio, sys
sys.modules["ctypes"] = sys.modules["_ctypes"] = None
from data_bridge.pyloop import run
print(run(asyncio.sleep(0.001, "works")))
"""
    assert run_clean(code) == "works\n"


def test_real_older_python(tmp_path: Path) -> None:
    """What refuses an older Python must load there; the rest of the package need not."""
    older = next(filter(None, (shutil.which(f"python3.{minor}") for minor in (10, 9, 8))), None)
    if older is None:
        pytest.skip("no Python 3.8 to 3.10 on PATH: only the pretended version is tested")
    shutil.copy(Path(data_bridge.pyloop.__path__[0]) / "_start.py", tmp_path)
    result = subprocess.run(
        [older, "-c", "import _start"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    if "not installed" in result.stderr or "command not found" in result.stderr:
        pytest.skip(f"{older} only stands for a Python that is not active: {result.stderr.splitlines()[0]}")
    assert "ImportError: PyLoop needs Python 3.11 or newer, this is 3." in result.stderr, result


def test_first_loops_of_many_threads_at_once(run_clean: Callable[..., str]) -> None:
    code = """
import asyncio, threading
from data_bridge.pyloop import run
barrier, found = threading.Barrier(8), []
async def main():
    return type(asyncio.get_running_loop())
def start():
    barrier.wait()
    found.append(run(main()))
threads = [threading.Thread(target=start) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), {loop_type.__name__ for loop_type in found}, len(set(found)))
"""
    assert run_clean(code) == "8 {'PyLoop'} 1\n"
