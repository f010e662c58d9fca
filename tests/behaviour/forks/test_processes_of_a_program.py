"""Processes that a program starts run on PyLoop if their environment has PYLOOP_INSTALL=1, as the runner sets it."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from behaviour.forks.programs import loops_of_processes
from support.loop_kinds import Done, assert_printed, run_python
from support.startup_hook import NAME, folder_of_the_hook, needs_the_hook

pytestmark = needs_the_hook

PROGRAM = loops_of_processes.__file__
RUNNER = ("-W", "ignore::DeprecationWarning", "-m", "data_bridge.pyloop")
ON = {"PYLOOP_INSTALL": "1"}
ASYNCIOS = "_UnixSelectorEventLoop"
PRINT_LOOP = "import asyncio; loop = asyncio.new_event_loop(); print(type(loop).__name__); loop.close()"


def run(*arguments: str, **variables: str) -> Done:
    return run_python(*arguments, environment=variables)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYLOOP_INSTALL", raising=False)


@pytest.mark.parametrize("way", [way for way in loops_of_processes.WAYS if way != "nothing"])
def test_process_runs_on_what_its_parent_runs_on(way: str) -> None:
    assert_printed(run(*RUNNER, PROGRAM, way), "PyLoop PyLoop\n")
    assert_printed(run("-W", "ignore::DeprecationWarning", PROGRAM, way), f"{ASYNCIOS} {ASYNCIOS}\n")


@pytest.mark.parametrize("way", ["spawn", "forkserver", "command"])
def test_module_starts_processes(way: str) -> None:
    tests = str(Path(PROGRAM).parents[3])
    done = run(*RUNNER, "-m", "behaviour.forks.programs.loops_of_processes", way, PYTHONPATH=tests)
    assert_printed(done, "PyLoop PyLoop\n")


@pytest.mark.parametrize("way", ["spawn", "forkserver", "command"])
def test_only_this_process(way: str) -> None:
    expected = f"PyLoop {ASYNCIOS}\n"
    assert_printed(run(*RUNNER, "--only-this-process", PROGRAM, way), expected)
    assert_printed(run(*RUNNER, "--only-this-process", PROGRAM, way, **ON), expected)
    assert_printed(run(*RUNNER, PROGRAM, way, PYLOOP_INSTALL="0"), expected)


def test_installing_concerns_this_process_alone() -> None:
    """`install()` sets no variable."""
    code = "import os; from data_bridge import pyloop; pyloop.install(); print(os.environ.get('PYLOOP_INSTALL'))"
    assert_printed(run("-c", code), "None\n")


@pytest.mark.parametrize("options", [(), ("-I",), ("-E",), ("-s", "-P"), ("-X", "dev")], ids=str)
def test_variable_is_enough(options: tuple[str, ...]) -> None:
    assert_printed(run(*options, "-c", PRINT_LOOP, **ON), "PyLoop\n")


@pytest.mark.parametrize(("options", "value"), [(("-S",), "1"), ((), "0"), ((), "")], ids=str)
def test_other_values_and_no_site_packages_mean_asyncio(options: tuple[str, ...], value: str) -> None:
    assert_printed(run(*options, "-c", PRINT_LOOP, PYLOOP_INSTALL=value), f"{ASYNCIOS}\n")


def test_nothing_is_imported_before_asyncio_is() -> None:
    """Programs that do without asyncio pay nothing, and gevent can still patch first."""
    code = "import sys; print(sorted(name for name in sys.modules if 'asyncio' in name or 'bridge' in name))"
    assert_printed(run("-c", code), "[]\n")
    assert_printed(run("-c", code, **ON), "['_data_bridge_pyloop_startup']\n")


def test_asyncio_is_imported_as_usual() -> None:
    """Asking where it is does not import it, and its loader is the usual one."""
    code = """
import importlib.util, sys
spec = importlib.util.find_spec("asyncio")
assert "asyncio" not in sys.modules
import asyncio
assert asyncio.__spec__.loader is asyncio.__loader__
assert "exec_module" not in vars(asyncio.__loader__)
assert asyncio.__file__ == spec.origin
importlib.reload(asyncio)
loop = asyncio.new_event_loop()
print(type(loop).__name__)
loop.close()
"""
    assert_printed(run("-c", code, **ON), "PyLoop\n")


def test_program_that_chooses_a_loop_has_it() -> None:
    code = """
import asyncio
from data_bridge import pyloop
print(pyloop.is_installed())
pyloop.uninstall()
loop = asyncio.new_event_loop()
print(type(loop).__name__)
loop.close()
"""
    assert_printed(run("-c", code, **ON), f"True\n{ASYNCIOS}\n")


def test_subinterpreters_stay_on_asyncio() -> None:
    """They read the same files at their start, and PyLoop would refuse them."""
    code = f"""
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
interpreters.run_string(interpreters.create(), {PRINT_LOOP + "; import sys; sys.stdout.flush()"!r})
import os; os._exit(0)  # some versions of Python crash at their end once a subinterpreter has imported asyncio
"""
    assert_printed(run("-W", "ignore", "-c", code, **ON), f"{ASYNCIOS}\n")


def test_python_without_the_package_says_nothing() -> None:
    base = os.path.realpath(sys.executable)
    code = f"import subprocess; subprocess.run([{base!r}, '-S', '-c', {PRINT_LOOP!r}], check=True)"
    assert_printed(run("-c", code, **ON), f"{ASYNCIOS}\n")


@pytest.mark.parametrize("damage", ["package is gone", "package cannot be imported", "engine is gone"])
def test_damaged_installation(tmp_path: Path, damage: str) -> None:
    """The start of a process says nothing of it. A loop that cannot be made does."""
    source = folder_of_the_hook()
    assert source is not None
    for file in (NAME, "_data_bridge_pyloop_startup.py"):
        shutil.copy(source / file, tmp_path)
    package = tmp_path / "data_bridge" / "pyloop"
    if damage == "package cannot be imported":
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("this is no Python")
    elif damage == "engine is gone":
        import data_bridge.pyloop

        ignored = shutil.ignore_patterns("*.so", "__pycache__")
        shutil.copytree(Path(data_bridge.pyloop.__path__[0]), package, ignore=ignored)
    code = f"import site, sys; site.addsitedir({str(tmp_path)!r}); sys.path.insert(0, {str(tmp_path)!r}); {PRINT_LOOP}"
    done = run("-S", "-c", code, **ON)
    if damage == "engine is gone":
        assert "ImportError: PyLoop's engine, _engine.abi3.so, is missing from" in done.stderr
    else:
        assert_printed(done, f"{ASYNCIOS}\n")
