"""The names of data_bridge.pyloop: what they are, and what importing them does not do."""

import asyncio

import pytest

from support.loop_kinds import PYLOOP, Done, Loop, assert_printed, only_pyloop

pytestmark = [only_pyloop, pytest.mark.usefixtures("kind")]


def run_with_imports(source: str) -> Done:
    imports = "import asyncio, sys\nimport data_bridge.pyloop as pyloop\n"
    return PYLOOP.run_program(imports + source, options=("-W", "error"))


def expect(source: str, stdout: str) -> None:
    assert_printed(run_with_imports(source), stdout)


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
    expect(
        """
import pathlib
maps = pathlib.Path("/proc/self/maps")
print("_engine.abi3.so" in maps.read_text())
pyloop.install()
print("_engine.abi3.so" in maps.read_text())
pyloop.new_event_loop().close()
print("_engine.abi3.so" in maps.read_text())
""",
        "False\nFalse\nTrue\n",
    )


def test_run_returns_the_result() -> None:
    expect(
        """
async def main():
    loop = asyncio.get_running_loop()
    return type(loop) is pyloop.PyLoop, loop.get_debug()
print(pyloop.run(main()))
print(pyloop.run(main(), debug=True))
print(pyloop.run(main(), debug=False))
""",
        "(True, False)\n(True, True)\n(True, False)\n",
    )


def test_run_raises_what_the_program_raises() -> None:
    done = run_with_imports(
        """
async def main():
    sys.exit(5)
pyloop.run(main())
"""
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 5)


def test_run_refuses_what_cannot_run() -> None:
    expect(
        """
async def main():
    inner = nothing()
    try:
        pyloop.run(inner)
    except RuntimeError as error:
        print("cannot be called from a running event loop" in str(error))
    inner.close()
async def nothing():
    pass
pyloop.run(main())
try:
    pyloop.run(5)
except (ValueError, TypeError) as error:
    # 3.14 accepts any awaitable and words the error accordingly.
    print(type(error) is (ValueError if sys.version_info < (3, 14) else TypeError))
try:
    pyloop.run(5, True)
except TypeError:
    print("debug is for keywords only")
""",
        "True\nTrue\ndebug is for keywords only\n",
    )


def test_install_changes_new_loops_until_uninstall() -> None:
    expect(
        """
async def is_pyloop():
    return isinstance(asyncio.get_running_loop(), pyloop.PyLoop)
def new_loop_is_pyloop():
    loop = asyncio.new_event_loop()
    try:
        return isinstance(loop, pyloop.PyLoop)
    finally:
        loop.close()
print(pyloop.is_installed(), asyncio.run(is_pyloop()), new_loop_is_pyloop())
pyloop.install()
print(pyloop.is_installed(), asyncio.run(is_pyloop()), new_loop_is_pyloop())
pyloop.install()
print(pyloop.is_installed(), asyncio.run(is_pyloop()), new_loop_is_pyloop())
pyloop.uninstall()
print(pyloop.is_installed(), asyncio.run(is_pyloop()), new_loop_is_pyloop())
pyloop.uninstall()
print(pyloop.is_installed())
""",
        "False False False\nTrue True True\nTrue True True\nFalse False False\nFalse\n",
    )


def test_uninstall_gives_the_users_policy_back() -> None:
    expect(
        """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # policies are deprecated in 3.14
class Policy(asyncio.DefaultEventLoopPolicy):
    pass
policy = Policy()
asyncio.set_event_loop_policy(policy)
pyloop.install()
pyloop.uninstall()
print(asyncio.get_event_loop_policy() is policy)
""",
        "True\n",
    )


def test_policy_can_be_set_by_hand() -> None:
    expect(
        """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # policies are deprecated in 3.14
asyncio.set_event_loop_policy(pyloop.EventLoopPolicy())
print(pyloop.is_installed())
async def main():
    return isinstance(asyncio.get_running_loop(), pyloop.PyLoop)
print(asyncio.run(main()))
with asyncio.Runner() as runner:
    print(runner.run(main()))
asyncio.set_event_loop_policy(None)
print(pyloop.is_installed())
""",
        "True\nTrue\nTrue\nFalse\n",
    )


def test_children_of_an_installed_loop_work() -> None:
    """Subprocesses need the child watcher of the policy on Python 3.11."""
    expect(
        """
pyloop.install()
async def main():
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
    return await child.wait()
print(asyncio.run(main()))
""",
        "7\n",
    )
