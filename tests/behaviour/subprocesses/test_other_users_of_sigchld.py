"""Others use SIGCHLD and `waitpid` in the same process: no child is reaped by the wrong one, and no handler is lost."""

import sys

import pytest

from support.loop_kinds import LoopKind
from support.signal_programs import expect

CHILD = """
import subprocess

async def exit_with(code):
    child = await asyncio.create_subprocess_exec("sh", "-c", f"exit {code}")
    return await child.wait()

async def exits(count=10):
    return await asyncio.gather(*map(exit_with, range(count))) == list(range(count))
"""


def test_handler_of_the_program_before_the_loop(kind: LoopKind) -> None:
    expect(
        kind,
        CHILD
        + """
seen = []
def handler(signum, frame):
    seen.append(signum)
signal.signal(signal.SIGCHLD, handler)
loop = new_event_loop()
print(loop.run_until_complete(exits()), len(seen) > 0, signal.getsignal(signal.SIGCHLD) is handler)
loop.close()
seen.clear()
subprocess.run("true")
print(len(seen), signal.getsignal(signal.SIGCHLD) is handler)
""",
        "True True True\n1 True\n",
    )


def test_handler_of_the_program_while_the_loop_runs(kind: LoopKind) -> None:
    expect(
        kind,
        CHILD
        + """
seen = []
async def main():
    first = await exits()
    signal.signal(signal.SIGCHLD, lambda signum, frame: seen.append("python"))
    second = await exits()
    return first, second, set(seen)
loop = new_event_loop()
print(*loop.run_until_complete(main()))
loop.close()
""",
        "True True {'python'}\n",
    )


def test_loop_handler_for_sigchld(kind: LoopKind) -> None:
    expect(
        kind,
        CHILD
        + """
seen = []
async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGCHLD, seen.append, "loop")
    first = await exits()
    while not seen:
        await asyncio.sleep(0.001)
    removed = loop.remove_signal_handler(signal.SIGCHLD)
    return first, set(seen), removed, await exits(), signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
loop = new_event_loop()
print(*loop.run_until_complete(main()))
loop.close()
""",
        "True {'loop'} True True True\n",
    )


def test_handler_that_waits_for_its_own_children(kind: LoopKind) -> None:
    expect(
        kind,
        CHILD
        + """
mine, statuses = [], []
def reap(signum, frame):
    for pid in list(mine):
        if os.waitpid(pid, os.WNOHANG)[0]:
            mine.remove(pid)
            statuses.append(pid)
signal.signal(signal.SIGCHLD, reap)
async def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for code in range(5):
        mine.append(os.posix_spawnp("sh", ["sh", "-c", f"exit {code}"], os.environ))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    theirs = await exits()
    while mine:
        await asyncio.sleep(0.001)
    return theirs, len(statuses)
loop = new_event_loop()
print(*loop.run_until_complete(main()))
loop.close()
""",
        "True 5\n",
    )


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the watcher of 3.14 is not chosen, which the test does")
def test_child_that_another_has_waited_for(kind: LoopKind) -> None:
    """The status is lost to the loop, which says so and goes on; 255 is what asyncio makes of it."""
    expect(
        kind,
        CHILD
        + """
import logging, warnings
logging.basicConfig(format="%(levelname)s", stream=sys.stdout)
warnings.simplefilter("ignore", DeprecationWarning)
# With threads, it is open who waits first.
watcher = asyncio.PidfdChildWatcher()
asyncio.set_child_watcher(watcher)
async def main():
    child = await asyncio.create_subprocess_exec("sleep", "1000")
    os.kill(child.pid, signal.SIGKILL)
    _, status = os.waitpid(child.pid, 0)
    return os.waitstatus_to_exitcode(status), await child.wait(), await exits()
loop = new_event_loop()
watcher.attach_loop(loop)
print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
loop.close()
""",
        "WARNING\n-9 255 True\n",
    )


def test_ignored_sigchld(kind: LoopKind) -> None:
    """The kernel then keeps no statuses. asyncio reports 255 for each, and no loop hangs."""
    expect(
        kind,
        """
import logging
logging.disable(logging.CRITICAL)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
async def child():
    # It must not be gone before its watcher has seen it.
    child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    child.stdin.close()
    return await child.wait()
async def main():
    return await asyncio.gather(*(child() for _ in range(5)))
loop = new_event_loop()
print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
loop.close()
""",
        "255 255 255 255 255\n",
    )


def test_handlers_of_others_around_a_run_with_children(kind: LoopKind) -> None:
    """Handlers of every sort survive the loop and its children, and work while children run."""
    expect(
        kind,
        CHILD
        + """
seen = []
def note(signum, frame):
    seen.append(signum)
kept = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD, signal.SIGINT)
for signum in kept:
    signal.signal(signum, note)
signal.signal(signal.SIGQUIT, signal.SIG_IGN)
async def main():
    done = await exits()
    child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    for signum in kept:
        send(signum)
        while signum not in seen:
            await asyncio.sleep(0.001)
    send(signal.SIGQUIT)
    child.stdin.close()
    return done, await child.wait()
loop = new_event_loop()
print(*loop.run_until_complete(main()))
loop.close()
print(all(signal.getsignal(signum) is note for signum in kept), signal.getsignal(signal.SIGQUIT) == signal.SIG_IGN)
""",
        "True 0\nTrue True\n",
    )
