"""The GIL is the engine's only lock: Java code that holds another one while Python code runs could deadlock with it."""

import re
from collections.abc import Callable

import pytest

from support import java_sources

# Each takes a monitor or a lock, waits for one, or starts a thread that would have to. Among the collections are those
# that hold one while they call back.
LOCKS = {
    "monitor": r"\bsynchronized\b|\.(?:wait|notify|notifyAll)\(\s*\)",
    "lock or concurrent collection": r"\bjava\.util\.concurrent\.(?!atomic\b)",
    "synchronized collection": r"\bCollections\.synchronized|\b(?:Hashtable|StringBuffer)\b|\bVector<",
    "thread": r"\bnew Thread\b|\bThread\.(?:ofVirtual|ofPlatform|startVirtualThread|sleep)\b|\bparallelStream\b",
    "end of the process": r"\bSystem\.exit\b|\bRuntime\.getRuntime\(\)|\.halt\(",
}
# In the builder of the library several threads initialise classes.
BUILD_TIME = {"monitor": {"Bindings.java": ["synchronized"]}}
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def found_in(code: str, pattern: str) -> list[str]:
    return re.findall(pattern, COMMENT.sub("", STRING.sub('""', code)))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("monitor", "synchronized (this) {"),
        ("monitor", "private synchronized void run() {"),
        ("monitor", "lock.wait();"),
        ("lock or concurrent collection", "import java.util.concurrent.locks.ReentrantLock;"),
        ("lock or concurrent collection", "import java.util.concurrent.ConcurrentHashMap;"),
        ("synchronized collection", "Collections.synchronizedMap(map)"),
        ("thread", "new Thread(this::run).start();"),
        ("end of the process", "System.exit(1);"),
    ],
)
def test_audit_sees_what_it_looks_for(kind: str, code: str) -> None:
    assert found_in(code, LOCKS[kind])
    assert not found_in(f'/// {code}\nString text = "{code}";', LOCKS[kind])


@pytest.mark.parametrize("kind", LOCKS)
def test_engine_has_none(kind: str) -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in java_sources.SOURCES.rglob("*.java")}
    assert len(sources) > 50
    found = {name: found for name, code in sources.items() if (found := found_in(code, LOCKS[kind]))}
    assert found == BUILD_TIME.get(kind, {})


# Where Python code runs inside Java: in each a thread is kept, while the main thread uses every part of the engine.
HELD = {
    "callback": "loop.call_soon(hold)",
    "timer": "loop.call_later(0, hold)",
    "callback of a batch": "loop.call_soon_batch([hold])",
    "reader": "left.send(b'x'); loop.add_reader(right, lambda: (loop.remove_reader(right), hold()))",
    "task": "loop.create_task(holding())",
    "finaliser of an argument": "loop.call_soon(int, Holding()).cancel()",
    "exception handler": "loop.set_exception_handler(lambda *_: hold()); loop.call_soon(int, 'x')",
    "protocol": "loop.create_task(receiving()); left.send(b'x')",
}
DEADLOCK = """
import asyncio, os, socket, sys, threading
from support import workloads
from data_bridge.pyloop import new_event_loop
held, release = threading.Event(), threading.Event()
left, right = socket.socketpair()
right.setblocking(False)
def hold():
    held.set()
    release.wait()
    loop.stop()
async def holding():
    hold()
class Holding:
    def __int__(self): return 0
    def __del__(self): hold()
class Protocol(asyncio.Protocol):
    def data_received(self, data):
        hold()
        self.transport.abort()
    def connection_made(self, transport): self.transport = transport
async def receiving():
    await loop.connect_accepted_socket(Protocol, right.dup())
    right.detach()
def run():
    global loop
    loop = new_event_loop()
    PLACE
    loop.run_forever()
    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
thread = threading.Thread(target=run)
thread.start()
held.wait()
async def use_everything():
    for workload in workloads.WORKLOADS.values():
        await workload()
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    runner.run(use_everything())
for _ in range(10):
    loop.call_soon_threadsafe(int)
release.set()
thread.join()
left.close()
print("no deadlock")
"""


@pytest.mark.parametrize("place", HELD)
def test_python_code_inside_java_holds_nothing_that_others_need(run_clean: Callable[..., str], place: str) -> None:
    assert run_clean(DEADLOCK.replace("PLACE", HELD[place])) == "no deadlock\n"
