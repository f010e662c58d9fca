"""What a program is told that forks although the engine runs, and how it can forbid asyncio's loop in the child."""

import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PRELUDE = """
import asyncio, os, sys, warnings
import data_bridge.pyloop as pyloop
def in_child(action):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            action()
        except (RuntimeError, ValueError) as error:
            print(f"{type(error).__name__}: {error}")
        sys.stdout.flush()
        os._exit(5)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""
FORKED = "this process was forked from one in which PyLoop's engine runs, and a JVM does not survive a fork"
REMEDY = (
    "to have PyLoop, fork before the first loop is created, or start the process with the spawn or forkserver method"
)
STRICT = f"RuntimeError: {FORKED}, and PYLOOP_FORK=strict forbids asyncio's own event loop; {REMEDY}\n"


def test_python_warns_at_a_fork_once_the_engine_runs(run_clean: Callable[..., str]) -> None:
    code = """
def fork():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pid = os.fork()
        if pid == 0:
            os._exit(0)
    os.waitpid(pid, 0)
    return [f"{warning.category.__name__}: {warning.message}".replace(str(os.getpid()), "PID") for warning in caught]
print(fork())
pyloop.new_event_loop().close()
print(fork())
"""
    text = "This process (pid=PID) is multi-threaded, use of fork() may lead to deadlocks in the child."
    expected = [f"DeprecationWarning: {text}"] if sys.version_info >= (3, 12) else []
    assert run_clean(PRELUDE + code) == f"[]\n{expected}\n"


def test_warning_in_the_child_names_cause_remedy_and_the_line_of_the_program(run_clean: Callable[..., str]) -> None:
    code = """
pyloop.new_event_loop().close()
def child():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyloop.new_event_loop().close()
    (warning,) = caught
    print(f"{warning.category.__name__}: {warning.message}")
    print(warning.filename)
print(in_child(child))
"""
    text = f"RuntimeWarning: {FORKED}: using asyncio's own event loop here; {REMEDY}\n<string>\n5\n"
    assert run_clean(PRELUDE + code) == text


@pytest.mark.parametrize(
    "use",
    [
        "pyloop.new_event_loop",
        "lambda: asyncio.run(asyncio.sleep(0))",
        "lambda: asyncio.Runner(loop_factory=pyloop.new_event_loop).get_loop()",
        "asyncio.new_event_loop",
    ],
)
def test_strict_mode_raises_in_the_child(run_clean: Callable[..., str], use: str) -> None:
    code = f"""
warnings.simplefilter("ignore", RuntimeWarning)  # of a coroutine that nobody awaits
pyloop.install()
pyloop.new_event_loop().close()
print(in_child({use}))
print(type(asyncio.new_event_loop()).__name__)
"""
    options = ("-W", "ignore::ResourceWarning")
    assert run_clean(PRELUDE + code, options=options, PYLOOP_FORK="strict") == f"{STRICT}5\nPyLoop\n"


def test_strict_mode_leaves_asyncios_own_loop_to_those_who_ask_for_it(run_clean: Callable[..., str]) -> None:
    code = """
pyloop.new_event_loop().close()
def child():
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        print(runner.run(asyncio.sleep(0.001, "ran")))
print(in_child(child))
"""
    assert run_clean(PRELUDE + code, PYLOOP_FORK="strict") == "ran\n5\n"


def test_strict_mode_does_not_matter_where_no_engine_ran_before_the_fork(run_clean: Callable[..., str]) -> None:
    code = "print(in_child(lambda: print(pyloop.run(asyncio.sleep(0.001, type(pyloop.new_event_loop()).__name__)))))"
    options = ("-W", "ignore::ResourceWarning")
    assert run_clean(PRELUDE + code, options=options, PYLOOP_FORK="strict") == "PyLoop\n5\n"


@pytest.mark.parametrize(
    ("mode", "said"),
    [("", ""), ("stock", ""), ("Strict", "ValueError: PYLOOP_FORK must be 'stock' or 'strict', not 'Strict'\n")],
)
def test_other_modes(run_clean: Callable[..., str], mode: str, said: str) -> None:
    code = """
pyloop.new_event_loop().close()
warnings.simplefilter("ignore", RuntimeWarning)
print(in_child(lambda: pyloop.new_event_loop().close()))
"""
    assert run_clean(PRELUDE + code, PYLOOP_FORK=mode) == f"{said}5\n"


def test_strict_mode_in_a_pool_reaches_the_caller(run_clean: Callable[..., str]) -> None:
    code = """
import concurrent.futures, multiprocessing
def work(number):
    return pyloop.run(asyncio.sleep(0.001, number))
pyloop.new_event_loop().close()
warnings.simplefilter("ignore")
context = multiprocessing.get_context("fork")
with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
    try:
        pool.submit(work, 3).result()
    except RuntimeError as error:
        print(f"RuntimeError: {error}")
"""
    assert run_clean(PRELUDE + code, PYLOOP_FORK="strict") == STRICT
