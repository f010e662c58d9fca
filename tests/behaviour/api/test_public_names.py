"""The names of data_bridge.pyloop: what they are, and what importing them does not do."""

import asyncio

import pytest

from support.loop_kinds import PYLOOP, Done, Loop, assert_printed, only_pyloop

pytestmark = [only_pyloop, pytest.mark.usefixtures("kind")]


def run_program(name: str) -> Done:
    return PYLOOP.run_module("behaviour.api.programs.public_names", name, options=("-W", "error"))


def expect(program: str, stdout: str) -> None:
    assert_printed(run_program(program), stdout)


def test_loop_is_a_pyloop(loop: Loop) -> None:
    from data_bridge.pyloop import PyLoop

    assert type(loop) is PyLoop
    assert issubclass(PyLoop, asyncio.SelectorEventLoop)


def test_all_names_exist(loop: Loop) -> None:
    from data_bridge import pyloop

    expected = {"PyLoop", "new_event_loop", "run", "install", "uninstall", "is_installed", "EventLoopPolicy"}
    assert expected <= set(pyloop.__all__)
    for name in pyloop.__all__:
        assert getattr(pyloop, name) is not None
    assert set(pyloop.__all__) <= set(dir(pyloop))
    assert not loop.is_running()


def test_unknown_name_is_an_attribute_error(loop: Loop) -> None:
    from data_bridge import pyloop

    with pytest.raises(AttributeError, match="no_such_name"):
        pyloop.no_such_name  # noqa: B018


def test_engine_is_loaded_with_the_first_loop() -> None:
    expect("engine_is_loaded_with_the_first_loop", "False\nFalse\nTrue\n")


def test_run_returns_the_result() -> None:
    expect("run_returns_the_result", "(True, False)\n(True, True)\n(True, False)\n")


def test_run_raises_what_the_program_raises() -> None:
    done = run_program("run_raises_what_the_program_raises")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 5)


def test_run_refuses_what_cannot_run() -> None:
    expect("run_refuses_what_cannot_run", "True\nTrue\ndebug is for keywords only\n")


def test_install_changes_new_loops_until_uninstall() -> None:
    expect(
        "install_changes_new_loops_until_uninstall",
        "False False False\nTrue True True\nTrue True True\nFalse False False\nFalse\n",
    )


def test_uninstall_gives_the_users_policy_back() -> None:
    expect("uninstall_gives_the_users_policy_back", "True\n")


def test_policy_can_be_set_by_hand() -> None:
    expect("policy_can_be_set_by_hand", "True\nTrue\nTrue\nFalse\n")


def test_children_of_an_installed_loop_work() -> None:
    """Subprocesses need the child watcher of the policy on Python 3.11."""
    expect("children_of_an_installed_loop_work", "7\n")
