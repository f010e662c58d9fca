"""The parent's loop in a forked child: usable or not as asyncio's is, with the same errors."""

import pytest

from behaviour.forks.fork_programs import HELPERS, expect
from support.loop_kinds import ASYNCIO, KINDS, LoopKind, skip_if_refused_run_breaks_the_loop

USES = """
import contextvars, signal, socket
left, right = socket.socketpair()
async def nothing():
    pass
coroutine = nothing()
USES = {
    "call_soon": lambda: loop.call_soon(int),
    "call_soon_threadsafe": lambda: loop.call_soon_threadsafe(int),
    "call_later": lambda: loop.call_later(60, int),
    "call_at": lambda: loop.call_at(60, int),
    "create_future": loop.create_future,
    "run_forever": loop.run_forever,
    "run_until_complete": lambda: loop.run_until_complete(loop.create_future()),
    "run in a runner": lambda: asyncio.Runner(loop_factory=lambda: loop).run(coroutine),
    "close": loop.close,
    "stop": loop.stop,
    "is_running": loop.is_running,
    "is_closed": loop.is_closed,
    "time": lambda: loop.time() > 0,
    "get_debug": loop.get_debug,
    "default executor": lambda: loop.set_default_executor(None),
    "running loop": asyncio.get_running_loop,
    "current task": asyncio.current_task,
    "all tasks": lambda: len(asyncio.all_tasks(loop)),
    "sleep outside of a task": lambda: asyncio.sleep(0, "x").send(None),
}
def outcome(use):
    try:
        result = use()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return type(result).__name__ if isinstance(result, (asyncio.Future, asyncio.Handle)) else repr(result)
def child():
    for name, use in USES.items():
        print(name, "->", outcome(use))
    return 0
"""


@pytest.mark.parametrize("place", ["a callback", "a task", "no callback", "another thread"])
def test_inherited_loop_does_in_a_child_what_asyncios_does(place: str) -> None:
    """Also where that is an error, of the same type and with the same text."""
    if place != "no callback":
        skip_if_refused_run_breaks_the_loop(ASYNCIO)
    source = f"""
import threading
loop = new_event_loop()
{USES}
warnings.simplefilter("ignore")
async def task():
    print(in_child(child))
place = {place!r}
if place == "a callback":
    loop.call_soon(lambda: print(in_child(child)))
    loop.call_soon(loop.stop)
    loop.run_forever()
elif place == "a task":
    loop.run_until_complete(task())
elif place == "no callback":
    USES = {{name: use for name, use in USES.items() if not name.startswith("run")}}
    print(in_child(child))
else:
    thread = threading.Thread(target=lambda: (print(in_child(child)), loop.call_soon_threadsafe(loop.stop)))
    loop.call_soon(thread.start)
    loop.run_forever()
"""
    outcomes = []
    for kind in KINDS:
        done = kind.run_program(HELPERS + source)
        assert (done.stderr, done.returncode) == ("", 0)
        outcomes.append(done.stdout)
    assert outcomes[0].count("->") > 10
    assert outcomes[1] == outcomes[0]


def test_stopped_loop_goes_on_in_the_child_and_in_the_parent(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
seen = []
loop.call_later(0.01, seen.append, "timer")
loop.call_soon(seen.append, "callback")
async def wait_for_timer():
    while len(seen) < 2:
        await asyncio.sleep(0.001)
    return seen
def use():
    print(loop.run_until_complete(wait_for_timer()))
    return 0
print(in_child(use))
use()
loop.close()
""",
        "['callback', 'timer']\n0\n['callback', 'timer']\n",
    )


def test_child_can_drop_inherited_objects(kind: LoopKind) -> None:
    expect(
        kind,
        """
import gc
loop = new_event_loop()
objects = [loop.call_soon(int) for _ in range(10_000)] + [loop.call_later(3600, int) for _ in range(10_000)]
def child():
    global loop
    objects.clear()
    loop = None
    gc.collect()
    return 0
print([in_child(child) for _ in range(5)])
loop.close()
""",
        "[0, 0, 0, 0, 0]\n",
    )


@pytest.mark.parametrize("ending", ["pass", "sys.exit(0)", "del loop", "loop = None; import gc; gc.collect()"])
def test_child_leaves_an_inherited_open_loop_in_silence(kind: LoopKind, ending: str) -> None:
    expect(
        kind,
        f"""
loop = new_event_loop()
loop.call_later(60, print)
pid = os.fork()
if pid == 0:
    {ending}
else:
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    loop.close()
""",
        "0\n",
    )
