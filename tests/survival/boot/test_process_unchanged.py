"""Loading the engine leaves the process as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

RunClean = Callable[..., str]

MODULE = "survival.boot.programs.process_unchanged"


@pytest.mark.parametrize("action", ["loaded", "used"])
@pytest.mark.parametrize("options", [(), ("-X", "faulthandler")], ids=["", "faulthandler"])
def test_state_of_the_process(run_module_clean: RunClean, action: str, options: tuple[str, ...]) -> None:
    """Threads, signals, masks, locale, environment, limits, descriptors; a faulthandler that is on stays on."""
    assert run_module_clean(MODULE, "state", action, options=options, LC_ALL="C.UTF-8") == "{}\nTrue\n"


def test_import_of_the_package_loads_nothing(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "imported") == "False {}\n"


def test_no_new_files(run_module_clean: RunClean, tmp_path: Path) -> None:
    run_module_clean(MODULE, "state", "used")
    assert list((tmp_path / "cwd").iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_programs_started_later_inherit_the_same_ignored_signals(run_module_clean: RunClean) -> None:
    assert run_module_clean(MODULE, "ignored_signals_of_children") == "True True\n"


def test_python_does_not_speak_of_threads_at_a_fork(run_module_clean: RunClean) -> None:
    """From 3.12 on it warns of a fork in a process that has several."""
    assert run_module_clean(MODULE, "fork_with_warnings_as_errors") == "3\n"


def test_settings_of_a_jvm_are_not_read(run_module_clean: RunClean) -> None:
    """Programs beside us may need them; the engine is no JVM, and does not say that it has picked them up."""
    variables = dict.fromkeys(("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"), "-XX:+NoSuchOption -Xmx1k")
    printed = run_module_clean(MODULE, "state", "used", **variables, JAVA_HOME="/nonexistent")
    assert printed == "{}\nTrue\n"
