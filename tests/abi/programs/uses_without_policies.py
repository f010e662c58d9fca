"""Uses of PyLoop where asyncio has no policies. Arguments: the name of a function, and its arguments.

PyLoop is imported by each function, as asyncio must have been changed before.
"""

import asyncio
import runpy
import sys
from asyncio import events, unix_events
from typing import Any

from abi.programs.without_policies import new_event_loop, remove_policies
from support.scenarios import run_scenario


async def loop_type() -> str:
    return type(asyncio.get_running_loop()).__name__


def make_and_run_loops() -> None:
    from data_bridge import pyloop

    print(pyloop.run(loop_type()))
    loop = pyloop.new_event_loop()
    print(loop.run_until_complete(loop_type()))
    loop.close()
    with asyncio.Runner(loop_factory=pyloop.new_event_loop) as runner:
        print(runner.run(loop_type()))
    print(asyncio.run(loop_type()))


def install_and_uninstall() -> None:
    from data_bridge import pyloop

    print(pyloop.is_installed())
    pyloop.install()
    pyloop.install()
    print(pyloop.is_installed(), asyncio.run(loop_type()))
    with asyncio.Runner() as runner:
        print(runner.run(loop_type()))
    for make in (asyncio.new_event_loop, events.new_event_loop):
        loop = make()
        print(type(loop).__name__)
        loop.close()
    pyloop.uninstall()
    print(pyloop.is_installed(), asyncio.run(loop_type()))
    print(asyncio.new_event_loop is events.new_event_loop is new_event_loop)
    pyloop.uninstall()
    pyloop.install()
    print(asyncio.run(loop_type()))


def set_the_current_loop() -> None:
    from data_bridge import pyloop

    pyloop.install()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(asyncio.get_event_loop() is loop)
    loop.close()


def uninstall_after_somebody_else() -> None:
    from data_bridge import pyloop

    pyloop.install()
    theirs: Any = unix_events.SelectorEventLoop
    events.new_event_loop = asyncio.new_event_loop = theirs
    print(pyloop.is_installed())
    pyloop.uninstall()
    print(asyncio.new_event_loop is theirs)


def import_public_names() -> None:
    from data_bridge import pyloop

    namespace: dict[str, Any] = {}
    # A function cannot contain it.
    exec("from data_bridge.pyloop import *", namespace)
    print(namespace["install"].__name__, namespace["PyLoop"].__name__)
    print("EventLoopPolicy" in pyloop.__all__, hasattr(pyloop, "EventLoopPolicy"))


def run_command_line(*arguments: str) -> None:
    sys.argv[1:] = arguments
    runpy.run_module("data_bridge.pyloop", run_name="__main__", alter_sys=True)


def main() -> None:
    remove_policies()
    run_scenario(globals(), sys.argv[1:])


if __name__ == "__main__":
    main()
