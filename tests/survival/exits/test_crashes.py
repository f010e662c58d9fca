"""A real crash under a running loop ends the process as without one: by its signal, with the user's faulthandler."""

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
def test_faulthandler_shows_where(run: Run, tmp_path: Path, place: str) -> None:
    result = run(_program(place), options=("-X", "faulthandler"))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert result.stderr.count("Fatal Python error") == 1
    # The thread that crashed comes first, unless Python could not tell which it was.
    current = result.stderr.split("\n\n")[1]
    assert current.startswith("Current thread "), result
    assert "in crash_here\n" in current
    assert _files(tmp_path) == []


_CRASHES = {
    "segmentation fault": (_SEGFAULT, signal.SIGSEGV, ""),
    "abort": ("os.abort()", signal.SIGABRT, ""),
    "Python's own fatal error": ("ctypes.pythonapi.Py_FatalError(b'evidence')", signal.SIGABRT, "Fatal Python error: "),
    "overflow of the C stack": ("faulthandler._stack_overflow()", signal.SIGSEGV, ""),
}


@pytest.mark.parametrize(("crash", "number", "said"), _CRASHES.values(), ids=_CRASHES)
def test_without_faulthandler_the_signal_is_all(
    run: Run, tmp_path: Path, crash: str, number: signal.Signals, said: str
) -> None:
    """The engine has no handler of its own, writes no report, and turns nobody else's on."""
    result = run(_program(_PLACES["callback"], crash))
    assert (result.returncode, result.stdout) == (-number, "before\n"), result
    assert result.stderr.startswith(said) if said else result.stderr == "", result
    assert _files(tmp_path) == []


def test_users_report_goes_into_the_users_file(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report"
    result = run(f"import faulthandler; faulthandler.enable(open({str(report)!r}, 'w'))\n" + _program("crash_here()"))
    assert (result.returncode, result.stderr) == (-signal.SIGSEGV, ""), result
    assert "in crash_here\n" in report.read_text()


@pytest.mark.parametrize("change", ["enable", "disable"])
def test_faulthandler_can_be_changed_while_a_loop_runs(run: Run, change: str) -> None:
    """Loading the engine and running loops leaves it to the user."""
    crash = f"faulthandler.{change}(); crash()"
    program = "def crash():\n    ctypes.string_at(0)\n" + _program(_PLACES["task"], crash)
    result = run(program, options=() if change == "enable" else ("-X", "faulthandler"))
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, "before\n"), result
    assert ("in crash_here\n" in result.stderr) == (change == "enable"), result


def _files(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
