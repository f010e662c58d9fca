"""Signals reach Python after the boot exactly as before it."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"])
def test_handler_runs(run_clean: Callable[..., str], name: str) -> None:
    code = f"""
import os, signal, threading, time
from data_bridge.pyloop._boot import boot
boot()
received = []
signal.signal(signal.{name}, lambda number, frame: received.append(number))
threading.Timer(0.05, os.kill, (os.getpid(), signal.{name})).start()
deadline = time.monotonic() + 10
while not received and time.monotonic() < deadline:
    time.sleep(0.2)
print(received == [signal.{name}])
"""
    assert run_clean(code) == "True\n"


def test_keyboard_interrupt(run_clean: Callable[..., str]) -> None:
    code = """
import os, signal, threading, time
from data_bridge.pyloop._boot import boot
boot()
start = time.monotonic()
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    time.sleep(10)
except KeyboardInterrupt:
    print(time.monotonic() - start < 5)
"""
    assert run_clean(code) == "True\n"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXFSZ"])
def test_default_action_ends_the_process(run: Callable[..., object], name: str) -> None:
    code = f"""
import os, signal
from data_bridge.pyloop._boot import boot
boot()
signal.signal(signal.{name}, signal.SIG_DFL)
os.kill(os.getpid(), signal.{name})
signal.pause()
"""
    import signal

    result = run(code)
    assert (result.returncode, result.stdout, result.stderr) == (-getattr(signal, name), "", ""), result


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGALRM"])
def test_sigwait_gets_a_signal_that_the_only_thread_blocks(run_clean: Callable[..., str], name: str) -> None:
    # A thread of the JVM that did not block it would receive it, and the default action would end the process.
    code = f"""
import signal, subprocess, sys, os
from data_bridge.pyloop._boot import boot
boot()
signal.signal(signal.{name}, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.{name}}})
subprocess.run(["sh", "-c", f"kill -{{int(signal.{name})}} {{os.getpid()}}"], check=True)
print(signal.sigwait({{signal.{name}}}) == signal.{name})
"""
    assert run_clean(code) == "True\n"


def test_broken_pipe_is_an_exception(run_clean: Callable[..., str]) -> None:
    code = """
import os
from data_bridge.pyloop._boot import boot
boot()
reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError:
    print("BrokenPipeError")
"""
    assert run_clean(code) == "BrokenPipeError\n"


def test_threads_of_the_jvm_block_signals(run_clean: Callable[..., str]) -> None:
    code = """
import os, signal
from data_bridge.pyloop._boot import boot
boot()
own = os.getpid()
unblocked = set()
for task in os.listdir("/proc/self/task"):
    if int(task) != own:
        with open(f"/proc/self/task/{task}/status") as lines:
            mask = next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk"))
        unblocked |= {number for number in signal.valid_signals() if not mask >> (number - 1) & 1}
faults = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
print(sorted(unblocked - faults - {signal.SIGKILL, signal.SIGSTOP, 62}), len(os.listdir("/proc/self/task")) > 1)
"""
    assert run_clean(code) == "[] True\n"


# When a SIGINT comes: before the creation of the JVM starts, while it runs, and while the entry point runs.
MOMENTS = ("jvm.Creation._start", "jvm.Creation._call", "jni._namespace")


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupt_during_the_boot(run_clean: Callable[..., str], moment: str) -> None:
    """All threads block the signal, which is therefore delivered when the boot is complete."""
    code = f"""
import os, signal
from data_bridge.pyloop._boot import boot, is_booted, jni, jvm
original = {moment}
def interrupted(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    return original(*arguments)
{moment} = interrupted
try:
    boot()
except KeyboardInterrupt:
    print("KeyboardInterrupt", is_booted(), boot() is boot())
"""
    assert run_clean(code) == "KeyboardInterrupt True True\n"


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupt_that_another_thread_receives(run_clean: Callable[..., str], moment: str) -> None:
    """Then Python's handler raises in the middle of the boot, and the next call goes on with it."""
    code = f"""
import os, signal, threading, time
threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
from data_bridge.pyloop._boot import boot, is_booted, jni, jvm
original = {moment}
def interrupted(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.2)
    return original(*arguments)
{moment} = interrupted
try:
    boot()
except KeyboardInterrupt:
    print("KeyboardInterrupt", is_booted())
{moment} = original
try:
    boot()
    print("booted")
except RuntimeError as error:
    print(error)
"""
    lost = (
        "the start of PyLoop's engine was cut short by an exception from a signal handler and cannot be"
        " repeated in this process; start a new process"
    )
    outcome = lost if moment == "jni._namespace" else "booted"
    assert run_clean(code) == f"KeyboardInterrupt False\n{outcome}\n"
