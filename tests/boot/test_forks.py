"""Forked children: they can do everything but use the engine of their parent."""

import signal
import subprocess
from collections.abc import Callable

import pytest

FORK = """
import asyncio, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # since 3.12: fork in a process with several threads
from data_bridge.pyloop._boot import boot, in_forked_child, is_booted
def in_child(action):
    pid = os.fork()
    if pid == 0:
        action()
        sys.stdout.flush()
        os._exit(5)
    return os.waitpid(pid, 0)[1]
"""


def test_child_is_marked_and_refused(run_clean: Callable[..., str]) -> None:
    code = """
boot()
def child():
    print(in_forked_child(), is_booted())
    try:
        boot()
    except RuntimeError as error:
        print(error)
status = in_child(child)
print(os.waitstatus_to_exitcode(status), in_forked_child(), is_booted())
"""
    assert run_clean(FORK + code) == (
        "True False\n"
        "PyLoop's engine was started before os.fork() and cannot be used or started again in the child;"
        " fork before the first loop is created, or use the spawn method, or asyncio's own loop in the child\n"
        "5 False True\n"
    )


def test_child_of_a_child(run_clean: Callable[..., str]) -> None:
    code = "boot(); in_child(lambda: in_child(lambda: print(in_forked_child())))"
    assert run_clean(FORK + code) == "True\n"


def test_boot_after_fork_in_parent_and_children(run_clean: Callable[..., str]) -> None:
    code = """
statuses = [in_child(boot) for _ in range(3)]
boot()
print([os.waitstatus_to_exitcode(status) for status in statuses], is_booted())
"""
    assert run_clean(FORK + code) == "[5, 5, 5] True\n"


def test_fork_while_another_thread_boots(run_clean: Callable[..., str]) -> None:
    code = """
import threading
from data_bridge.pyloop._boot import jvm
reached, go_on = threading.Event(), threading.Event()
wait = jvm.Creation.finish
def wait_slowly(creation):
    reached.set()
    go_on.wait()
    return wait(creation)
jvm.Creation.finish = wait_slowly
thread = threading.Thread(target=boot)
thread.start()
reached.wait()
def child():
    try:
        boot()
    except RuntimeError as error:
        print("before os.fork()" in str(error))
status = in_child(child)
go_on.set()
thread.join()
print(os.waitstatus_to_exitcode(status), is_booted())
"""
    assert run_clean(FORK + code) == "True\n5 True\n"


@pytest.mark.parametrize("before", ["", "import faulthandler; faulthandler.enable()"])
def test_crash_in_a_child(run: Callable[..., subprocess.CompletedProcess[str]], before: str) -> None:
    code = f"""
import ctypes
{before}
boot()
def crash_here():
    ctypes.string_at(0)
print(os.waitstatus_to_exitcode(in_child(crash_here)))
"""
    result = run(FORK + code)
    assert (result.returncode, result.stdout) == (0, f"{-signal.SIGSEGV}\n"), result
    assert result.stderr.startswith("Fatal Python error: Segmentation fault\n"), result
    assert "in crash_here\n" in result.stderr


def test_child_runs_asyncio_and_programs(run_clean: Callable[..., str]) -> None:
    code = """
import subprocess
boot()
async def main():
    process = await asyncio.create_subprocess_exec("echo", "from asyncio", stdout=subprocess.PIPE)
    return (await process.communicate())[0].decode().strip()
def child():
    print(subprocess.check_output(["echo", "from subprocess"], text=True).strip())
    print(asyncio.run(main()))
print(os.waitstatus_to_exitcode(in_child(child)))
"""
    assert run_clean(FORK + code) == "from subprocess\nfrom asyncio\n5\n"


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(run_clean: Callable[..., str], method: str) -> None:
    code = f"""
import math, multiprocessing
boot()
if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        print(pool.map(math.factorial, range(5)))
"""
    assert run_clean(FORK + code) == "[1, 1, 2, 6, 24]\n"


def test_inherited_types_are_sealed(run_clean: Callable[..., str]) -> None:
    code = """
from data_bridge.pyloop._boot import seal
boot()
class Base:  # stands for a type that Java defines
    def __new__(cls): return object.__new__(cls)
    def call_soon(self): return "Java"
    def close(self): return "Java"
    def is_closed(self): return "Java"
    def is_running(self): return "Java"
    def __repr__(self): return "Java"
    def __del__(self): print("Java")
    @property
    def slow_callback_duration(self): return "Java"
    @staticmethod
    def time(): return "Java"
class Derived(Base):
    def __init__(self):
        self.call_soon = self.call_soon  # a shortcut past the type
seal.register({"Base": Base, "function": len})
loop = Derived()
def child():
    for use in (loop.call_soon, lambda: loop.slow_callback_duration, Base.time, Derived):
        try:
            print(use())
        except RuntimeError as error:
            print(error)
    print(loop.close(), loop.is_closed(), loop.is_running(), "Java" in repr(loop))
    loop.__del__()
print(os.waitstatus_to_exitcode(in_child(child)))
print(loop.call_soon(), loop.is_closed())
seal._seal("")  # or the finaliser would speak at exit
"""
    text = (
        "PyLoop's engine was started before os.fork() and does not run in the child: this event loop was created before"
        " os.fork() and cannot be used; create a new one in the child with data_bridge.pyloop.new_event_loop(), or use"
        " the spawn method of multiprocessing\n"
    )
    assert run_clean(FORK + code) == text * 4 + "None True False False\n5\nJava Java\n"


@pytest.mark.parametrize("ending", ["sys.exit(3)", "os._exit(3)", "raise SystemExit(3)"])
def test_exit_status_of_a_child(run_clean: Callable[..., str], ending: str) -> None:
    code = f"""
boot()
pid = os.fork()
if pid == 0:
    {ending}
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    assert run_clean(FORK + code) == "3\n"
