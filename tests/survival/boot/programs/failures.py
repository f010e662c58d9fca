"""Asks for loops where the engine cannot be loaded."""

import asyncio
import ctypes
import importlib
import shutil
import sys
import threading

import data_bridge.pyloop as pyloop
from support.scenarios import run_scenario


def refused() -> None:
    """Print the one text of all refusals; asyncio's own loops work."""
    texts = set()
    for _ in range(2):
        for use in (pyloop.new_event_loop, lambda: pyloop.PyLoop):
            try:
                use()
            except ImportError as error:
                texts.add(str(error))
    assert asyncio.run(asyncio.sleep(0.001, "alive")) == "alive"
    (text,) = texts
    print(text)


def mended(engine: str, package: str) -> None:
    """Print "refused", and "loaded" once the engine is copied into the package."""
    try:
        pyloop.new_event_loop()
    except ImportError:
        print("refused")
    shutil.copy(engine, package)
    importlib.invalidate_caches()
    pyloop.new_event_loop().close()
    print("loaded")


def no_key_left() -> None:
    """Print the refusals while there is no thread-specific key, and what loops return after one was given back."""
    libc, key = ctypes.CDLL(None), ctypes.c_uint()
    keys: list[int] = []
    while libc.pthread_key_create(ctypes.byref(key), None) == 0:
        keys.append(key.value)
    for _ in range(3):
        try:
            pyloop.new_event_loop()
        except ImportError as error:
            print(error)
    libc.pthread_key_delete(keys.pop())

    def use() -> None:
        loop = pyloop.new_event_loop()
        print(loop.run_until_complete(asyncio.sleep(0.001, "works")))
        loop.close()

    use()
    for _ in range(3):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
