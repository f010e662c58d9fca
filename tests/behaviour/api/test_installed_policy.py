"""The policy that `install()` sets answers as asyncio's own does."""

import sys

from support.loop_kinds import run_python

POLICY = """
import asyncio, sys, threading, warnings
policy = asyncio.get_event_loop_policy()
def ask(where):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            loop = policy.get_event_loop()
        except RuntimeError as error:
            print(where, error)
        else:
            again = policy.get_event_loop()
            print(where, isinstance(loop, expected), again is loop)
            loop.close()
    print([str(warning.message) for warning in caught])
warnings.simplefilter("ignore")
ask("main thread")
def in_a_thread():
    try:
        policy.get_event_loop()
    except RuntimeError as error:
        print("thread", error)
    mine = policy.new_event_loop()
    policy.set_event_loop(mine)
    print(policy.get_event_loop() is mine, asyncio.get_event_loop() is mine)
    mine.close()
thread = threading.Thread(target=in_a_thread, name="a thread")
thread.start()
thread.join()
policy.set_event_loop(None)
try:
    policy.get_event_loop()
except RuntimeError as error:
    print("unset", error)
async def main():
    return policy.get_event_loop() is asyncio.get_event_loop() is asyncio.get_running_loop()
print(asyncio.run(main()))
"""


def test_installed_policy_answers_as_asyncios() -> None:
    """get_event_loop() makes a loop in the main thread wherever asyncio's default policy does; not elsewhere."""
    options = ("-W", "ignore::DeprecationWarning")
    stock = run_python(*options, "-c", f"import asyncio\nexpected = asyncio.SelectorEventLoop\n{POLICY}")
    ours = run_python(
        *options, "-c", f"from data_bridge import pyloop\npyloop.install()\nexpected = pyloop.PyLoop\n{POLICY}"
    )
    assert (ours.stdout, ours.stderr, ours.returncode) == (stock.stdout, "", 0)
    if sys.version_info < (3, 14):
        assert "main thread True True\n" in ours.stdout
    assert ours.stdout.endswith("True\n")
