"""A real crash under a running loop leaves its evidence: Python's traceback, death by the signal, no stray files.

`tests/boot/test_crashes.py` crashes outside a loop, and after every order of turning faulthandler on and off.
"""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

_SETUP = """
import asyncio, ctypes, faulthandler, os, signal, socket, sys, threading
from data_bridge.pyloop import new_event_loop

def crash_here(*_):
    print("before", flush=True)
    {crash}

loop = new_event_loop()
loop.call_later(50, os._exit, 3)
left, right = socket.socketpair()
left.setblocking(False)

class Protocol(asyncio.Protocol, asyncio.DatagramProtocol):
    data_received = datagram_received = crash_here
    def connection_lost(self, error):
        pass

async def main():
{place}
    await asyncio.sleep(50)

loop.run_until_complete(main())
"""
_SEGFAULT = "ctypes.string_at(0)"

# Where a program's code runs: statements of a coroutine that lead to crash_here().
_PLACES = {
    "task": "crash_here()",
    "callback": "loop.call_soon(crash_here)",
    "reader": "loop.add_reader(left, crash_here); right.send(b'x')",
    "signal handler": "loop.add_signal_handler(signal.SIGUSR1, crash_here); os.kill(os.getpid(), signal.SIGUSR1)",
    "data_received": "await loop.create_connection(Protocol, sock=left); right.send(b'x')",
    "datagram_received": (
        "transport, _ = await loop.create_datagram_endpoint(Protocol, local_addr=('127.0.0.1', 0));"
        " transport.sendto(b'x', transport.get_extra_info('sockname'))"
    ),
    "data_received of a pipe": (
        "read, write = os.pipe(); await loop.connect_read_pipe(Protocol, open(read, 'rb', 0)); os.write(write, b'x')"
    ),
    "thread": "threading.Thread(target=crash_here).start()",
    "executor": "loop.run_in_executor(None, crash_here)",
    "loop in a thread": "threading.Thread(target=run_another_loop).start()",
}
_LATE = """
async def late():
    asyncio.get_running_loop().call_soon(crash_here)
    await asyncio.sleep(50)

def run_another_loop():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(late())
"""


def _program(place: str, crash: str = _SEGFAULT) -> str:
    return _LATE + _SETUP.format(crash=crash, place=f"    {place}")


@pytest.mark.parametrize("place", _PLACES.values(), ids=_PLACES)
def test_segmentation_fault(run: Run, tmp_path: Path, place: str) -> None:
    result = run(_program(place))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert result.stderr.count("Fatal Python error") == 1
    # The thread that crashed comes first, unless Python could not tell which it was.
    current = result.stderr.split("\n\n")[1]
    assert current.startswith("Current thread "), result
    assert "in crash_here\n" in current
    assert _files(tmp_path) == []


_CRASHES = {
    "abort": ("os.abort()", signal.SIGABRT, "Aborted"),
    "Python's own fatal error": ("ctypes.pythonapi.Py_FatalError(b'evidence')", signal.SIGABRT, ""),
    "overflow of the C stack": ("faulthandler._stack_overflow()", signal.SIGSEGV, "Segmentation fault"),
}
_OVERFLOW = (
    "An irrecoverable stack overflow has occurred.\n"
    "Please check if any of your loaded .so files has enabled executable stack (see man page execstack(8))\n"
)


@pytest.mark.parametrize(("crash", "number", "name"), _CRASHES.values(), ids=_CRASHES)
def test_other_ends(run: Run, tmp_path: Path, crash: str, number: signal.Signals, name: str) -> None:
    result = run(_program(_PLACES["callback"], crash))
    assert (result.returncode, result.stdout) == (-number, "before\n"), result
    # The JVM has its say first where a stack is used up.
    said = result.stderr.removeprefix(_OVERFLOW)
    assert said.startswith(f"Fatal Python error: {name}"), result
    assert "in crash_here\n" in result.stderr
    assert _files(tmp_path) == []


_FIND_LIBRARY = """
def library():
    with open("/proc/self/maps") as maps:
        return ctypes.CDLL(next(line.split()[-1] for line in maps if line.endswith("/libjvm.so\\n")))
"""


def test_fault_in_the_code_of_the_jvm(run: Run, tmp_path: Path) -> None:
    crash = "library().JVM_GetArrayLength(None, ctypes.c_void_p(8))"
    result = run(_FIND_LIBRARY + _program(_PLACES["callback"], crash))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert "in crash_here\n" in result.stderr
    assert _files(tmp_path) == []


_TO_A_THREAD_OF_THE_JVM = """
for thread in os.listdir("/proc/self/task"):
        if open(f"/proc/self/task/{thread}/comm").read().startswith("VM Thread"):
            ctypes.CDLL(None).syscall(234, os.getpid(), int(thread), int(signal.SIGSEGV))  # tgkill
    threading.Event().wait()
"""


def test_fault_of_a_thread_of_the_jvm(run: Run, tmp_path: Path) -> None:
    result = run(_program(_PLACES["callback"], _TO_A_THREAD_OF_THE_JVM.strip()))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert "in crash_here\n" in result.stderr  # what Python's threads were doing meanwhile
    assert _files(tmp_path) == []


_FILL_THE_JAVA_HEAP = "while True: handles.append(loop.call_later(1000, int))"


def test_fatal_error_of_the_jvm(run: Run, tmp_path: Path) -> None:
    """The JVM's own summary goes to standard output, which no option of it can change; docs/troubleshooting.md."""
    code = "handles = []\nimport os\nprint(os.getpid(), flush=True)\n" + _program("crash_here()", _FILL_THE_JAVA_HEAP)
    result = run(code, PYLOOP_JVM_OPTIONS="-XX:+CrashOnOutOfMemoryError -Xmx8m")
    assert result.returncode == -signal.SIGABRT, result
    assert "Fatal Python error: Aborted\n" in result.stderr
    assert "in crash_here\n" in result.stderr
    pid, before, summary = result.stdout.split("\n", 2)
    assert before == "before"
    assert summary.startswith("#\n# A fatal error has been detected by the Java Runtime Environment:\n")
    assert all(line.startswith("#") for line in summary.splitlines()), summary
    assert _files(tmp_path) == [f"tmp/pyloop_crash_{pid}.log"]
    report = (tmp_path / "tmp" / f"pyloop_crash_{pid}.log").read_text(errors="replace")
    assert "OutOfMemory encountered: Java heap space" in report
    assert "databridge.pyloop" in report  # the Java stack
    assert report.endswith("END.\n")


def test_without_faulthandler_the_jvm_writes_its_report(run: Run, tmp_path: Path) -> None:
    code = "import os\nprint(os.getpid(), flush=True)\n" + _program(_PLACES["callback"])
    result = run(code, PYLOOP_FAULTHANDLER="0")
    assert (result.returncode, result.stderr) == (-signal.SIGABRT, ""), result
    pid, before, summary = result.stdout.split("\n", 2)
    assert before == "before"
    assert all(line.startswith("#") for line in summary.splitlines()), summary
    assert _files(tmp_path) == [f"tmp/pyloop_crash_{pid}.log"]
    assert f"/pyloop_crash_{pid}.log" in summary


def _files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
