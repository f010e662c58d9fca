"""Programs that use the public names of data_bridge.pyloop. Arguments: the kind of loop, and the name of a function."""

import asyncio
import sys
import warnings
from pathlib import Path
from typing import Any

from data_bridge import pyloop
from support.scenarios import run_scenario


async def is_pyloop() -> bool:
    return isinstance(asyncio.get_running_loop(), pyloop.PyLoop)


def engine_is_loaded_with_the_first_loop() -> None:
    maps = Path("/proc/self/maps")
    print("_engine.abi3.so" in maps.read_text())
    pyloop.install()
    print("_engine.abi3.so" in maps.read_text())
    pyloop.new_event_loop().close()
    print("_engine.abi3.so" in maps.read_text())


def run_returns_the_result() -> None:
    async def ask() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        return type(loop) is pyloop.PyLoop, loop.get_debug()

    print(pyloop.run(ask()))
    print(pyloop.run(ask(), debug=True))
    print(pyloop.run(ask(), debug=False))


def run_raises_what_the_program_raises() -> None:
    async def leave() -> None:
        sys.exit(5)

    pyloop.run(leave())


def run_refuses_what_cannot_run() -> None:
    async def nothing() -> None:
        pass

    async def run_another() -> None:
        inner = nothing()
        try:
            pyloop.run(inner)
        except RuntimeError as error:
            print("cannot be called from a running event loop" in str(error))
        inner.close()

    pyloop.run(run_another())
    anything: Any = 5
    try:
        pyloop.run(anything)
    except (ValueError, TypeError) as error:
        # 3.14 accepts any awaitable and words the error accordingly.
        print(type(error) is (ValueError if sys.version_info < (3, 14) else TypeError))
    try:
        pyloop.run(anything, True)  # type: ignore[call-arg]
    except TypeError:
        print("debug is for keywords only")


def install_changes_new_loops_until_uninstall() -> None:
    def new_loop_is_pyloop() -> bool:
        loop = asyncio.new_event_loop()
        try:
            return isinstance(loop, pyloop.PyLoop)
        finally:
            loop.close()

    def show() -> None:
        print(pyloop.is_installed(), asyncio.run(is_pyloop()), new_loop_is_pyloop())

    show()
    pyloop.install()
    show()
    pyloop.install()
    show()
    pyloop.uninstall()
    show()
    pyloop.uninstall()
    print(pyloop.is_installed())


def uninstall_gives_the_users_policy_back() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # policies are deprecated in 3.14

    class Policy(asyncio.DefaultEventLoopPolicy):
        pass

    policy = Policy()
    asyncio.set_event_loop_policy(policy)
    pyloop.install()
    pyloop.uninstall()
    print(asyncio.get_event_loop_policy() is policy)


def policy_can_be_set_by_hand() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)  # policies are deprecated in 3.14
    asyncio.set_event_loop_policy(pyloop.EventLoopPolicy())
    print(pyloop.is_installed())
    print(asyncio.run(is_pyloop()))
    with asyncio.Runner() as runner:
        print(runner.run(is_pyloop()))
    asyncio.set_event_loop_policy(None)
    print(pyloop.is_installed())


def children_of_an_installed_loop_work() -> None:
    async def run_child() -> int:
        child = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
        return await child.wait()

    pyloop.install()
    print(asyncio.run(run_child()))


def main() -> None:
    run_scenario(globals(), sys.argv[2:])


if __name__ == "__main__":
    main()
