"""Forks before and after the load of the engine: both sides have PyLoops."""

import subprocess
from collections.abc import Callable

import pytest

RunClean = Callable[..., str]

PRELUDE = """
import asyncio, os, signal, sys, warnings
import data_bridge.pyloop as pyloop
warnings.simplefilter("error")
async def name_of_loop():
    await asyncio.sleep(0.001)
    return type(asyncio.get_running_loop()).__name__
def use():
    return pyloop.run(name_of_loop())
def in_child(action):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # a child that hangs outlives nobody
        code = 1
        try:
            print(action(), flush=True)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def test_fork_before_the_first_loop(run_clean: RunClean) -> None:
    code = "print([in_child(use) for _ in range(3)], use())"
    assert run_clean(PRELUDE + code) == "PyLoop\n" * 3 + "[0, 0, 0] PyLoop\n"


@pytest.mark.parametrize("before", ["pyloop.PyLoop", "use()"], ids=["loaded", "used"])
def test_fork_after_it(run_clean: RunClean, before: str) -> None:
    code = f"{before}\nprint([in_child(use) for _ in range(3)], use())"
    assert run_clean(PRELUDE + code) == "PyLoop\n" * 3 + "[0, 0, 0] PyLoop\n"


def test_child_of_a_child(run_clean: RunClean) -> None:
    code = "use()\nprint(in_child(lambda: (use(), in_child(lambda: (use(), in_child(use))))))"
    assert run_clean(PRELUDE + code) == "PyLoop\n('PyLoop', 0)\n('PyLoop', 0)\n0\n"


@pytest.mark.parametrize("ending", ["sys.exit(3)", "os._exit(3)", "raise SystemExit(3)"])
def test_exit_status_of_a_child(run_clean: RunClean, ending: str) -> None:
    code = f"""
use()
pid = os.fork()
if pid == 0:
    {ending}
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    assert run_clean(PRELUDE + code) == "3\n"


def test_daemon(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Two forks, a new session, all descriptors closed, standard streams on /dev/null, a pipe kept for the answer."""
    code = """
use()
read, write = os.pipe()
if os.fork():
    os.close(write)
    with open(read) as answer:
        print(answer.read())
    os.wait()
    sys.exit(4)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
os.umask(0o22)
os.closerange(write + 1, 1024)
os.closerange(0, write)
null = os.open("/dev/null", os.O_RDWR)
os.dup2(null, 1), os.dup2(null, 2)
async def serve():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await reader.read()
    writer.close()
    server.close()
    return await name_of_loop()
os.write(write, pyloop.run(serve()).encode())
os._exit(0)
"""
    result = run(PRELUDE + code)
    assert (result.returncode, result.stdout, result.stderr) == (4, "PyLoop\n", ""), result
