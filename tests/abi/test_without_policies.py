"""Where asyncio has no event loop policies, as from Python 3.16 on, PyLoop works, and `install()` does without them.

Python 3.16 is simulated in a child process: what it no longer has is taken away before PyLoop is imported.
"""

import json
from pathlib import Path

import pytest

from support.loop_kinds import run_python

WITHOUT_POLICIES = """
import asyncio, sys, threading
from asyncio import events, unix_events

class Current(threading.local):
    loop = None

current = Current()

def new_event_loop():
    return unix_events.SelectorEventLoop()

def set_event_loop(loop):
    current.loop = loop

def get_event_loop():
    if (loop := events._get_running_loop() or current.loop) is None:
        raise RuntimeError("there is no current event loop")
    return loop

for module in (asyncio, events, unix_events):
    for name in [name for name in vars(module) if "policy" in name.lower()]:
        delattr(module, name)
    if hasattr(module, "__all__"):
        module.__all__ = [name for name in module.__all__ if "Policy" not in name]
for module in (asyncio, events):
    module.new_event_loop = new_event_loop
    module.set_event_loop = set_event_loop
    module.get_event_loop = get_event_loop

async def loop_type():
    return type(asyncio.get_running_loop()).__name__
"""

PROBE = """
import asyncio

async def main():
    print(type(asyncio.get_running_loop()).__name__)

asyncio.run(main())
"""


def says(program: str, expected: str) -> None:
    done = run_python("-W", "error", "-c", WITHOUT_POLICIES + program)
    assert (done.stdout, done.stderr, done.returncode) == (expected, "", 0)


def test_loops_are_made_and_run() -> None:
    says(
        """
import data_bridge.pyloop as pyloop
print(pyloop.run(loop_type()))
loop = pyloop.new_event_loop()
print(loop.run_until_complete(loop_type()))
loop.close()
with asyncio.Runner(loop_factory=pyloop.new_event_loop) as runner:
    print(runner.run(loop_type()))
print(asyncio.run(loop_type()))
""",
        "PyLoop\nPyLoop\nPyLoop\n_UnixSelectorEventLoop\n",
    )


def test_install_and_uninstall() -> None:
    says(
        """
import data_bridge.pyloop as pyloop
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
""",
        "False\nTrue PyLoop\nPyLoop\nPyLoop\nPyLoop\nFalse _UnixSelectorEventLoop\nTrue\nPyLoop\n",
    )


def test_current_loop_can_be_set() -> None:
    says(
        """
import data_bridge.pyloop as pyloop
pyloop.install()
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
print(asyncio.get_event_loop() is loop)
loop.close()
""",
        "True\n",
    )


def test_uninstall_leaves_what_somebody_else_has_installed() -> None:
    says(
        """
import data_bridge.pyloop as pyloop
pyloop.install()
events.new_event_loop = asyncio.new_event_loop = theirs = unix_events.SelectorEventLoop
print(pyloop.is_installed())
pyloop.uninstall()
print(asyncio.new_event_loop is theirs)
""",
        "False\nTrue\n",
    )


def test_public_names() -> None:
    says(
        """
from data_bridge.pyloop import *
import data_bridge.pyloop as pyloop
print(install.__name__, PyLoop.__name__)
print("EventLoopPolicy" in pyloop.__all__, hasattr(pyloop, "EventLoopPolicy"))
""",
        "install PyLoop\nFalse False\n",
    )


@pytest.mark.parametrize("as_module", [False, True])
def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_module: bool) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    monkeypatch.chdir(tmp_path)
    arguments = ["-m", "probe"] if as_module else ["probe.py"]
    says(
        f"""
import runpy
sys.argv[1:] = {json.dumps(arguments)}
runpy.run_module("data_bridge.pyloop", run_name="__main__", alter_sys=True)
""",
        "PyLoop\n",
    )
