"""Interpreters and machines that PyLoop does not support are refused clearly."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import data_bridge.pyloop

REFUSED = """
import {imports}
from data_bridge.pyloop._boot import boot
{pretend}
try:
    boot()
except ImportError as error:
    print(error)
"""

# Hosts that are not at hand are pretended; the text must name cause and remedy.
PRETENDED = {
    'sys.platform = "darwin"': ("Linux only, this is darwin", "use asyncio's own event loop"),
    'sys.abiflags = "t"': ("free-threaded builds", "use a build with the GIL"),
    "sys.getobjects = None": ("Py_TRACE_REFS", "use an ordinary build"),
    'sys.implementation.name = "pypy"': ("CPython's C API, this is pypy", "use CPython"),
    'os.uname = lambda: os.uname_result(["Linux", "", "", "", "aarch64"])': ("x86-64 only, this is aarch64", "asyncio"),
    "sys.version_info = (3, 10, 1)": ("needs Python 3.11 or newer", "use a newer Python"),
    'sys.modules["ctypes"] = None': ("needs the module ctypes", "use a Python built with libffi"),
}


@pytest.mark.parametrize(("pretend", "texts"), PRETENDED.items(), ids=PRETENDED)
def test_pretended_host(run_clean: Callable[..., str], pretend: str, texts: tuple[str, str]) -> None:
    # ctypes itself asks for the machine when it is imported, so that comes first.
    imports = "os, sys" if "ctypes" in pretend else "ctypes, os, sys"
    output = run_clean(REFUSED.format(imports=imports, pretend=pretend))
    for text in texts:
        assert text in output


def test_real_older_python(tmp_path: Path) -> None:
    """The boot's own modules must load where the rest of the package need not."""
    older = next(filter(None, (shutil.which(f"python3.{minor}") for minor in (10, 9, 8))), None)
    if older is None:
        pytest.skip("no Python 3.8 to 3.10 on PATH: only the pretended version is tested")
    package = Path(data_bridge.pyloop.__path__[0])
    alone = tmp_path / "alone" / "_boot"
    shutil.copytree(package / "_boot", alone, ignore=shutil.ignore_patterns("__pycache__"))
    code = "from _boot import boot\ntry:\n    boot()\nexcept ImportError as error:\n    print(error)"
    result = subprocess.run(
        [older, "-c", code], cwd=alone.parent, capture_output=True, text=True, timeout=60, check=False
    )
    if "not installed" in result.stderr or "command not found" in result.stderr:
        pytest.skip(f"{older} only stands for a Python that is not active: {result.stderr.splitlines()[0]}")
    assert "PyLoop needs Python 3.11 or newer, this is 3." in result.stdout, result


@pytest.mark.parametrize("isolated", [False, True])
def test_subinterpreter(run: Callable[..., subprocess.CompletedProcess[str]], isolated: bool) -> None:
    if sys.version_info >= (3, 13):
        create = f'interpreters.create("{"isolated" if isolated else "legacy"}")'
    else:
        create = f"interpreters.create(isolated={isolated})"
    code = f"""
import os, sys
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
else:
    import _xxsubinterpreters as interpreters
inner = '''
import sys
try:
    from data_bridge.pyloop._boot import boot
    boot()
except ImportError as error:
    print(error, flush=True)
'''
interpreters.run_string({create}, inner)
from data_bridge.pyloop._boot import boot
boot()
print("booted outside", flush=True)
os._exit(0)  # CPython 3.12.1 aborts at exit once an isolated subinterpreter has imported ssl, which asyncio does
"""
    result = run(code)
    assert result.returncode == 0, result
    assert result.stdout == (
        "PyLoop works in the main interpreter only, this is a subinterpreter; create the loop in the main one\n"
        "booted outside\n"
    ), result


def test_boot_in_many_threads_at_once(run_clean: Callable[..., str]) -> None:
    code = """
import threading
from data_bridge.pyloop._boot import boot
barrier, found = threading.Barrier(8), []
def start():
    barrier.wait()
    found.append(boot())
threads = [threading.Thread(target=start) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(found), all(namespace is found[0] for namespace in found), boot() is found[0])
"""
    assert run_clean(code) == "8 True True\n"


def test_boot_inside_a_boot_is_an_error_and_not_a_deadlock(run_clean: Callable[..., str]) -> None:
    code = """
from data_bridge.pyloop import _jdk
from data_bridge.pyloop._boot import boot
find_jdk = _jdk.find_jdk
def find_and_boot():
    try:
        boot()
    except RuntimeError as error:
        print(error)
    return find_jdk()
_jdk.find_jdk = find_and_boot
boot()
print("booted")
"""
    text = "PyLoop's engine was requested by code that runs inside its own start; create the loop later"
    assert run_clean(code) == f"{text}\nbooted\n"
