"""The boot as programs meet it: through loops, in forks, crashes and exits."""

import signal
import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PRELUDE = """
import asyncio, os, sys, warnings
import data_bridge.pyloop as pyloop
async def sleep():
    await asyncio.sleep(0.01)
    return "done"
"""


def test_failed_boot_leaves_asyncio_usable(run_clean: Callable[..., str]) -> None:
    code = """
for _ in range(2):
    try:
        pyloop.new_event_loop()
    except ImportError as error:
        print("Multiple garbage collectors selected" in str(error))
print(asyncio.run(sleep()))
"""
    assert run_clean(PRELUDE + code, PYLOOP_JVM_OPTIONS="-XX:+UseParallelGC") == "True\nTrue\ndone\n"


def test_asyncio_without_its_c_types(run_clean: Callable[..., str]) -> None:
    code = """
async def main():
    await sleep()
    return type(asyncio.get_running_loop().create_future()), type(asyncio.current_task())
print(*pyloop.run(main()))
"""
    output = run_clean('import sys; sys.modules["_asyncio"] = None' + PRELUDE + code)
    assert output == "<class 'asyncio.futures.Future'> <class 'asyncio.tasks.Task'>\n"


def test_first_loop_in_a_thread_with_a_small_stack(run_clean: Callable[..., str]) -> None:
    code = """
import threading
threading.stack_size(256 << 10)
thread = threading.Thread(target=lambda: print(pyloop.run(sleep())))
thread.start()
thread.join()
print(pyloop.run(sleep()))
"""
    assert run_clean(PRELUDE + code) == "done\ndone\n"


def test_loops_in_many_threads_at_once(run_clean: Callable[..., str]) -> None:
    code = """
import threading
results = []
threads = [threading.Thread(target=lambda: results.append(pyloop.run(sleep()))) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results == ["done"] * 20)
"""
    assert run_clean(PRELUDE + code) == "True\n"


def test_crash_in_a_callback(run: Run) -> None:
    code = """
import ctypes
def crash_here():
    ctypes.string_at(0)
loop = pyloop.new_event_loop()
loop.call_soon(crash_here)
loop.run_forever()
"""
    result = run(PRELUDE + code)
    assert (result.returncode, result.stdout) == (-signal.SIGSEGV, ""), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n")
    assert "in crash_here\n" in result.stderr


def test_new_loop_in_a_forked_child(run_clean: Callable[..., str]) -> None:
    code = """
warnings.simplefilter("ignore", DeprecationWarning)
pyloop.run(sleep())
pid = os.fork()
if pid == 0:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        loop = pyloop.new_event_loop()
    print(type(loop) is asyncio.SelectorEventLoop, [warning.category.__name__ for warning in caught])
    print(loop.run_until_complete(sleep()))
    loop.close()
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), pyloop.run(sleep()))
"""
    assert run_clean(PRELUDE + code) == "True ['RuntimeWarning']\ndone\n3 done\n"


def test_inherited_loop_in_a_forked_child(run_clean: Callable[..., str]) -> None:
    code = """
warnings.simplefilter("ignore", DeprecationWarning)
loop = pyloop.new_event_loop()
loop.run_until_complete(sleep())
handle = loop.call_later(60, print)
pid = os.fork()
if pid == 0:
    uses = {
        "call_soon": lambda: loop.call_soon(print),
        "call_later": lambda: loop.call_later(0, print),
        "call_soon_threadsafe": lambda: loop.call_soon_threadsafe(print),
        "call_soon_batch": lambda: loop.call_soon_batch([print]),
        "add_reader": lambda: loop.add_reader(0, print),
        "run_forever": loop.run_forever,
        "run_until_complete": lambda: loop.run_until_complete(loop.create_future()),
        "PyLoop": pyloop.PyLoop,
    }
    for name, use in uses.items():
        try:
            print(name, use())
        except RuntimeError as error:
            if "before os.fork()" not in str(error):
                print(name, error)
    loop.close()
    print(loop.is_closed(), loop.is_running())
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), loop.run_until_complete(sleep()))
handle.cancel()
loop.close()
"""
    assert run_clean(PRELUDE + code) == "True False\n3 done\n"


@pytest.mark.parametrize("ending", ["", "sys.exit(0)", "del loop", "loop = None; import gc; gc.collect()"])
def test_child_drops_an_inherited_open_loop_in_silence(run_clean: Callable[..., str], ending: str) -> None:
    code = f"""
warnings.simplefilter("ignore", DeprecationWarning)
loop = pyloop.new_event_loop()
loop.call_later(60, print)
pid = os.fork()
if pid == 0:
    {ending or "pass"}
else:
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    loop.close()
"""
    assert run_clean(PRELUDE + code) == "0\n"


@pytest.mark.parametrize("ending", ["os._exit(3)", 'os.execvp("sh", ["sh", "-c", "exit 3"])'])
def test_fork_in_a_callback(run_clean: Callable[..., str], ending: str) -> None:
    code = f"""
warnings.simplefilter("ignore", DeprecationWarning)
async def main():
    pid = os.fork()
    if pid == 0:
        {ending}
    await asyncio.sleep(0.01)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(pyloop.run(main()))
"""
    assert run_clean(PRELUDE + code) == "3\n"


def test_child_of_a_callback_ends_by_sys_exit(run_clean: Callable[..., str]) -> None:
    code = """
warnings.simplefilter("ignore", DeprecationWarning)
loop = pyloop.new_event_loop()
def fork():
    pid = os.fork()
    if pid == 0:
        sys.exit(3)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    loop.stop()
for count in (0, 100, 1_000, 10_000, 100_000):  # after each of these the JVM's compilers are at work
    for _ in range(count):
        loop.call_soon(int)
    loop.call_soon(fork)
    loop.run_forever()
loop.close()
"""
    assert run_clean(PRELUDE + code) == "3\n" * 5


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_from_a_running_loop(run_clean: Callable[..., str], method: str) -> None:
    code = f"""
import concurrent.futures, math, multiprocessing
warnings.simplefilter("ignore", DeprecationWarning)
async def main():
    context = multiprocessing.get_context({method!r})
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        calls = [asyncio.get_running_loop().run_in_executor(pool, math.factorial, n) for n in range(5)]
        return await asyncio.gather(*calls)
if __name__ == "__main__":
    print(pyloop.run(main()))
"""
    assert run_clean(PRELUDE + code) == "[1, 1, 2, 6, 24]\n"


EXITS = {
    "after run": ("pyloop.run(sleep())", 0),
    "exit code after run": ("pyloop.run(sleep()); sys.exit(3)", 3),
    "sys.exit in a callback": ("loop = pyloop.new_event_loop(); loop.call_soon(sys.exit, 3); loop.run_forever()", 3),
    "os._exit in a callback": ("loop = pyloop.new_event_loop(); loop.call_soon(os._exit, 3); loop.run_forever()", 3),
    "loop left open": ("loop = pyloop.new_event_loop(); loop.call_later(60, print)", 0),
    "loop left open in a cycle": ("loop = pyloop.new_event_loop(); loop.self = loop; del loop", 0),
    "loop left open in a cycle, garbage collected at once": (
        "import gc; loop = pyloop.new_event_loop(); loop.self = loop; gc.collect(); gc.set_threshold(1); del loop",
        0,
    ),
    "loop of a daemon thread": (
        "import _thread, time; _thread.start_new_thread(pyloop.new_event_loop().run_forever, ()); time.sleep(0.1)",
        0,
    ),
    "run in atexit": ("import atexit; pyloop.new_event_loop().close(); atexit.register(pyloop.run, sleep())", 0),
    "loop used after atexit": (
        "class Last:\n"
        "    def __del__(self):\n"
        "        try: self.loop.call_soon(print)\n"
        "        except RuntimeError: pass\n"
        "sys.last = Last(); sys.last.loop = pyloop.new_event_loop()",
        0,
    ),
}


@pytest.mark.parametrize(("ending", "code"), EXITS.values(), ids=EXITS)
def test_exit(run: Run, ending: str, code: int) -> None:
    for _ in range(3):
        result = run(PRELUDE + ending)
        assert (result.returncode, result.stdout, result.stderr) == (code, "", ""), result


def test_keyboard_interrupt(run: Run) -> None:
    code = """
import signal, threading
pyloop.new_event_loop().close()
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
pyloop.run(asyncio.sleep(30))
"""
    result = run(PRELUDE + code)
    assert (result.returncode, result.stderr.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt"), result
