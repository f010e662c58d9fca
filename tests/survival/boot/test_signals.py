"""Signals reach Python as before once the engine is loaded."""

import signal
import subprocess
from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

LOAD = """
import os, signal, subprocess, threading, time
from data_bridge.pyloop import PyLoop
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"])
def test_handler_runs(run_clean: RunClean, name: str) -> None:
    code = f"""
received = []
signal.signal(signal.{name}, lambda number, frame: received.append(number))
threading.Timer(0.05, os.kill, (os.getpid(), signal.{name})).start()
deadline = time.monotonic() + 10
while not received and time.monotonic() < deadline:
    time.sleep(0.2)
print(received == [signal.{name}])
"""
    assert run_clean(LOAD + code) == "True\n"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXFSZ", "SIGSEGV", "SIGBUS", "SIGFPE"])
def test_default_action_ends_the_process(run: Callable[..., subprocess.CompletedProcess[str]], name: str) -> None:
    code = f"""
signal.signal(signal.{name}, signal.SIG_DFL)
os.kill(os.getpid(), signal.{name})
signal.pause()
"""
    result = run(LOAD + code)
    assert (result.returncode, result.stdout, result.stderr) == (-getattr(signal, name), "", ""), result


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGALRM"])
def test_sigwait_gets_a_signal_that_the_only_thread_blocks(run_clean: RunClean, name: str) -> None:
    """A thread of the engine, if there were one, would receive it, and the default action would end the process."""
    code = f"""
signal.signal(signal.{name}, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.{name}}})
subprocess.run(["sh", "-c", f"kill -{{int(signal.{name})}} {{os.getpid()}}"], check=True)
print(signal.sigwait({{signal.{name}}}) == signal.{name})
"""
    assert run_clean(LOAD + code) == "True\n"


def test_broken_pipe_is_an_exception(run_clean: RunClean) -> None:
    code = """
reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError:
    print("BrokenPipeError")
"""
    assert run_clean(LOAD + code) == "BrokenPipeError\n"


def test_interrupt_while_the_engine_is_loaded(run_clean: RunClean) -> None:
    """Python's handler raises in the import, and the next try succeeds."""
    code = """
import importlib.machinery, os, signal
from data_bridge.pyloop import new_event_loop
load = importlib.machinery.ExtensionFileLoader.exec_module
def interrupted(loader, module):
    load(loader, module)
    if module.__name__.endswith("_engine"):
        os.kill(os.getpid(), signal.SIGINT)
importlib.machinery.ExtensionFileLoader.exec_module = interrupted
try:
    new_event_loop()
except KeyboardInterrupt:
    print("KeyboardInterrupt")
importlib.machinery.ExtensionFileLoader.exec_module = load
new_event_loop().close()
print("loaded")
"""
    assert run_clean(code) == "KeyboardInterrupt\nloaded\n"
