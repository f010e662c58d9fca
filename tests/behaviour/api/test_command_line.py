"""python -m data_bridge.pyloop: any program runs on PyLoop as it would run under plain python."""

import platform
import re
from pathlib import Path

import pytest

from support.loop_kinds import Done, only_pyloop, run_python

pytestmark = [only_pyloop, pytest.mark.usefixtures("kind")]

PROBE = """
import asyncio, json, sys

async def main():
    return type(asyncio.get_running_loop()).__name__

facts = {
    "loop": asyncio.run(main()),
    "name": __name__,
    "file": globals().get("__file__"),
    "package": globals().get("__package__") or None,
    "argv": sys.argv,
    "path": sys.path[0],
    "main": sys.modules["__main__"].__dict__ is globals(),
}
if __name__ == "__main__":
    print(json.dumps(facts, sort_keys=True))
"""


def pyloop(*args: str) -> Done:
    return run_python("-m", "data_bridge.pyloop", *args)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script that prints how it sees the world."""
    path = tmp_path / "probe.py"
    path.write_text(PROBE)
    return path


def same_but_for_the_loop(on_pyloop: Done, on_python: str) -> bool:
    assert (on_pyloop.stderr, on_pyloop.returncode) == ("", 0)
    assert '"loop": "PyLoop"' in on_pyloop.stdout
    return re.sub(r'"loop": "\w+"', "", on_pyloop.stdout) == re.sub(r'"loop": "\w+"', "", on_python)


def test_script_sees_what_it_sees_under_python(script: Path) -> None:
    args = (str(script), "one", "--two", "-m", "--info", "")
    assert same_but_for_the_loop(pyloop(*args), run_python(*args).stdout)


def test_module_sees_what_it_sees_under_python(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(script.parent)
    args = ("-m", "probe", "one", "--two")
    assert same_but_for_the_loop(pyloop(*args), run_python(*args).stdout)


def test_package_is_run_by_its_main_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "probe_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(PROBE)
    monkeypatch.chdir(tmp_path)
    args = ("-m", "probe_package", "argument")
    assert same_but_for_the_loop(pyloop(*args), run_python(*args).stdout)


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_code_is_that_of_the_program(tmp_path: Path, code: int) -> None:
    path = tmp_path / "leave.py"
    path.write_text(f"import asyncio, sys\nasync def main():\n    sys.exit({code})\nasyncio.run(main())\n")
    done = pyloop(str(path))
    assert (done.stdout, done.stderr, done.returncode) == ("", "", code)


def test_exit_with_a_text(tmp_path: Path) -> None:
    path = tmp_path / "leave.py"
    path.write_text("raise SystemExit('goodbye')")
    done = pyloop(str(path))
    assert (done.stdout, done.stderr, done.returncode) == ("", "goodbye\n", 1)


def test_traceback_of_the_program_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "fail.py"
    path.write_text("import asyncio\nasync def main():\n    raise LookupError('inside')\nasyncio.run(main())\n")
    done = pyloop(str(path))
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("\nLookupError: inside\n")
    assert f'File "{path}", line 4' in done.stderr


def test_output_of_the_program_is_flushed(tmp_path: Path) -> None:
    path = tmp_path / "talk.py"
    path.write_text("import sys\nprint('out', end='')\nprint('err', end='', file=sys.stderr)\n")
    done = pyloop(str(path))
    assert (done.stdout, done.stderr, done.returncode) == ("out", "err", 0)


def test_program_that_asks_for_its_loops_gets_pyloops(tmp_path: Path) -> None:
    path = tmp_path / "loops.py"
    path.write_text(
        "import asyncio\n"
        "loop = asyncio.new_event_loop()\n"
        "print(type(loop).__name__)\n"
        "loop.close()\n"
        "with asyncio.Runner() as runner:\n"
        "    print(type(runner.get_loop()).__name__)\n"
    )
    done = pyloop(str(path))
    assert (done.stdout, done.stderr, done.returncode) == ("PyLoop\nPyLoop\n", "", 0)


def test_script_that_does_not_exist() -> None:
    done = pyloop("/no/such/script.py")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "/no/such/script.py" in done.stderr


def test_module_that_does_not_exist() -> None:
    done = pyloop("-m", "no_such_module")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "no_such_module" in done.stderr


def test_nothing_to_run_is_a_usage_error() -> None:
    done = pyloop()
    assert done.returncode == 2
    assert "usage" in done.stderr.lower()


def test_module_option_without_a_module_is_a_usage_error() -> None:
    done = pyloop("-m")
    assert done.returncode == 2
    assert "usage" in done.stderr.lower()


def test_help() -> None:
    done = pyloop("--help")
    assert (done.stderr, done.returncode) == ("", 0)
    assert "--info" in done.stdout


def test_info_tells_versions_engine_and_poller() -> None:
    done = pyloop("--info")
    assert (done.stderr, done.returncode) == ("", 0)
    assert platform.python_version() in done.stdout
    assert "_engine.abi3.so" in done.stdout
    assert "epoll" in done.stdout
    assert platform.release() in done.stdout
