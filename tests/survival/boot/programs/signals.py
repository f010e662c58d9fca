"""Signals once the engine is loaded, and while it is."""

import importlib.machinery
import os
import signal
import subprocess
import sys
import threading
import time
from types import ModuleType

from support.scenarios import run_scenario


def handler(name: str) -> None:
    """Print whether a handler in Python has run, once."""
    _load()
    number = signal.Signals[name]
    received: list[int] = []
    signal.signal(number, lambda number, _frame: received.append(number))
    threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
    deadline = time.monotonic() + 10
    while not received and time.monotonic() < deadline:
        time.sleep(0.2)
    print(received == [number])


def default_action(name: str) -> None:
    """End by a signal."""
    _load()
    number = signal.Signals[name]
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.pause()


def sigwait(name: str) -> None:
    """Print whether the only thread, which blocks it, gets it."""
    _load()
    number = signal.Signals[name]
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    subprocess.run(["sh", "-c", f"kill -{int(number)} {os.getpid()}"], check=True)
    print(signal.sigwait({number}) == number)


def broken_pipe() -> None:
    """Print the exception."""
    _load()
    reader, writer = os.pipe()
    os.close(reader)
    try:
        os.write(writer, b"x")
    except BrokenPipeError:
        print("BrokenPipeError")


def interrupt_of_the_load() -> None:
    """Print the exception of the first loop, and "loaded" when the second one is made."""
    from data_bridge.pyloop import new_event_loop

    loader_class = importlib.machinery.ExtensionFileLoader
    load = loader_class.exec_module

    def interrupted(loader: importlib.machinery.ExtensionFileLoader, module: ModuleType) -> None:
        load(loader, module)
        if module.__name__.endswith("_engine"):
            os.kill(os.getpid(), signal.SIGINT)

    loader_class.exec_module = interrupted  # type: ignore[method-assign, assignment]
    try:
        new_event_loop()
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
    loader_class.exec_module = load  # type: ignore[method-assign]
    new_event_loop().close()
    print("loaded")


def _load() -> None:
    import data_bridge.pyloop

    _ = data_bridge.pyloop.PyLoop


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
