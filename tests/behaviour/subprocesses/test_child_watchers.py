"""Every child watcher that the Python version has: exit statuses through each, and beside other users of SIGCHLD."""

import sys

import pytest

from support.loop_kinds import LoopKind
from support.signal_programs import expect

WATCHERS = (
    "PidfdChildWatcher",
    "ThreadedChildWatcher",
    "SafeChildWatcher",
    "FastChildWatcher",
    "MultiLoopChildWatcher",
)
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*ChildWatcher:DeprecationWarning"),
    pytest.mark.skipif(sys.version_info >= (3, 14), reason="3.14 has no choice of watchers any more"),
]

SETUP = """
import subprocess, warnings
warnings.simplefilter("ignore", DeprecationWarning)
watcher = getattr(asyncio, {watcher!r})()
loop = new_event_loop()
asyncio.set_event_loop(loop)
watcher.attach_loop(loop)
asyncio.set_child_watcher(watcher)

def tick():
    loop.call_later(0.05, tick)

if type(loop).__module__.startswith("asyncio"):
    # MultiLoopChildWatcher sets no wakeup descriptor: a signal just before the wait is not noticed until the wait ends.
    tick()

async def exit_with(code):
    child = await asyncio.create_subprocess_exec("sh", "-c", f"exit {{code}}")
    return await child.wait()

def finish():
    watcher.close()
    loop.close()
    asyncio.set_event_loop(None)
    try:
        print(os.waitpid(-1, os.WNOHANG))
    except ChildProcessError:
        print("no child left")
"""


# asyncio's MultiLoopChildWatcher works in the signal handler, which the next SIGCHLD interrupts: then it waits for a
# child that its interruption has just reaped, and reports 255. One child at a time is what the next test gives it.
@pytest.mark.parametrize("watcher", [name for name in WATCHERS if name != "MultiLoopChildWatcher"])
def test_exit_statuses(kind: LoopKind, watcher: str) -> None:
    expect(
        kind,
        SETUP.format(watcher=watcher)
        + """
async def main():
    codes = await asyncio.gather(*(exit_with(code) for code in range(50)))
    child = await asyncio.create_subprocess_exec("sleep", "1000")
    child.kill()
    pipe = asyncio.subprocess.PIPE
    talker = await asyncio.create_subprocess_exec("cat", stdin=pipe, stdout=pipe)
    return codes == list(range(50)), await child.wait(), await talker.communicate(b"text"), talker.returncode

print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
finish()
""",
        "True -9 (b'text', None) 0\nno child left\n",
    )


# The fast one reaps every child of the process, and says so in its documentation.
@pytest.mark.parametrize("watcher", [name for name in WATCHERS if name != "FastChildWatcher"])
def test_children_of_others_are_left_alone(kind: LoopKind, watcher: str) -> None:
    expect(
        kind,
        SETUP.format(watcher=watcher)
        + """
async def main():
    other = subprocess.Popen(["sh", "-c", "exit 7"])
    second = os.posix_spawnp("sh", ["sh", "-c", "exit 9"], os.environ)
    for pid in (other.pid, second):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    if type(watcher).__name__ == "MultiLoopChildWatcher":
        codes = [await exit_with(code) for code in range(20)]
    else:
        codes = await asyncio.gather(*(exit_with(code) for code in range(20)))
    done = await asyncio.get_running_loop().run_in_executor(None, subprocess.run, ["sh", "-c", "exit 8"])
    return codes == list(range(20)), other.wait(), os.waitstatus_to_exitcode(os.waitpid(second, 0)[1]), done.returncode

print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
loop.run_until_complete(loop.shutdown_default_executor())
finish()
""",
        "True 7 9 8\nno child left\n",
    )


@pytest.mark.parametrize(
    "watcher",
    [
        pytest.param(
            "PidfdChildWatcher",
            marks=pytest.mark.skipif(
                sys.version_info < (3, 12), reason="that of 3.11 serves the loop it is attached to"
            ),
        ),
        "ThreadedChildWatcher",
    ],
)
def test_loop_in_a_thread(kind: LoopKind, watcher: str) -> None:
    """These two need no signal, so children work in every thread."""
    expect(
        kind,
        SETUP.format(watcher=watcher)
        + """
async def every():
    return await asyncio.gather(*map(exit_with, range(20)))

def run():
    inner = new_event_loop()
    codes.extend(inner.run_until_complete(asyncio.wait_for(every(), 60)))
    inner.close()

codes = []
threads = [threading.Thread(target=run) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(codes) == sorted([*range(20)] * 3))
finish()
""",
        "True\nno child left\n",
    )
