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
PLACES = (
    "callback",
    "timer",
    "callback of a batch",
    "reader",
    "task",
    "finaliser of an argument",
    "exception handler",
    "protocol",
)


@pytest.mark.parametrize("place", PLACES)
def test_python_code_inside_java_holds_nothing_that_others_need(
    run_module_clean: Callable[..., str], place: str
) -> None:
    assert run_module_clean("survival.faults.programs.held_threads", place) == "no deadlock\n"
