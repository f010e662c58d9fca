"""Prints what the policy answers: asyncio's default policy, or the one that PyLoop installs.

Argument: which, "asyncio" or "pyloop".
"""

import asyncio
import sys
import threading
import warnings


def install(kind: str) -> type[asyncio.AbstractEventLoop]:
    """Install the policy of the kind, and return the type of loop that it makes."""
    if kind == "asyncio":
        return asyncio.SelectorEventLoop
    from data_bridge import pyloop

    pyloop.install()
    return pyloop.PyLoop


def ask_in_the_main_thread(policy: asyncio.AbstractEventLoopPolicy, expected: type[asyncio.AbstractEventLoop]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            loop = policy.get_event_loop()
        except RuntimeError as error:
            print("main thread", error)
        else:
            again = policy.get_event_loop()
            print("main thread", isinstance(loop, expected), again is loop)
            loop.close()
    print([str(warning.message) for warning in caught])


def ask_in_a_thread(policy: asyncio.AbstractEventLoopPolicy) -> None:
    try:
        policy.get_event_loop()
    except RuntimeError as error:
        print("thread", error)
    mine = policy.new_event_loop()
    policy.set_event_loop(mine)
    print(policy.get_event_loop() is mine, asyncio.get_event_loop() is mine)
    mine.close()


def main() -> None:
    expected = install(sys.argv[1])
    policy = asyncio.get_event_loop_policy()

    async def ask_in_a_task() -> bool:
        return policy.get_event_loop() is asyncio.get_event_loop() is asyncio.get_running_loop()

    warnings.simplefilter("ignore")
    ask_in_the_main_thread(policy, expected)
    thread = threading.Thread(target=ask_in_a_thread, args=(policy,), name="a thread")
    thread.start()
    thread.join()
    policy.set_event_loop(None)
    try:
        policy.get_event_loop()
    except RuntimeError as error:
        print("unset", error)
    print(asyncio.run(ask_in_a_task()))


if __name__ == "__main__":
    main()
