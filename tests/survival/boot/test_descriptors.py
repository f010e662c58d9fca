"""The engine's own descriptors: children inherit none, closed standard streams stay closed, all may be closed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind
from survival.boot.server_programs import VISIT

Run = Callable[..., subprocess.CompletedProcess[str]]

LISTING = """
import asyncio, os, subprocess, sys
LIST = [sys.executable, "-I", "-S", "-c", "import os; print(*sorted(map(int, os.listdir('/proc/self/fd')))[:-1])"]
def by_subprocess():
    return subprocess.run(LIST, close_fds=False, stdout=subprocess.PIPE).stdout
def by_posix_spawn():
    read, write = os.pipe()
    pid = os.posix_spawn(LIST[0], LIST, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
    os.close(write)
    with open(read, "rb") as file:
        listed = file.read()
    os.waitpid(pid, 0)
    return listed
def by_fork_and_exec():
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.execv(LIST[0], LIST)
    os.close(write)
    with open(read, "rb") as file:
        listed = file.read()
    os.waitpid(pid, 0)
    return listed
async def by_the_loop():
    process = await asyncio.create_subprocess_exec(*LIST, close_fds=False, stdout=subprocess.PIPE)
    return (await process.communicate())[0]
"""


def test_children_inherit_none(run_clean: Callable[..., str], kind: LoopKind) -> None:
    """While a loop runs that has sockets and pipes open: PEP 446."""
    code = f"""
{kind.import_statement}
{LISTING}
async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    sleeper = await asyncio.create_subprocess_exec("sleep", "60", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lists = [by_subprocess(), by_posix_spawn(), by_fork_and_exec(), await by_the_loop()]
    sleeper.kill()
    await sleeper.wait()
    writer.close()
    server.close()
    return {{text.decode().strip() for text in lists}}
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(main()))
"""
    assert run_clean(code) == "{'0 1 2'}\n"


CLOSED_STREAMS = """
import asyncio, os, sys, traceback
async def echo(reader, writer):
    writer.write(await reader.readexactly(4))
    writer.close()
async def main():
    talking = await asyncio.create_subprocess_exec(
        "sh", "-c", "read line; echo out $line; echo err $line >&2; exit 3",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    said = await talking.communicate(b"x\\n")
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"ping")
    answer = await reader.read()
    writer.close()
    server.close()
    # Inherits the parent's 0, 1 and 2, whatever they are.
    inheriting = await asyncio.create_subprocess_exec("sh", "-c", "exit 4")
    await inheriting.wait()
    return said, talking.returncode, answer, inheriting.returncode
def run():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main())
try:
    outcome = {repr(run()) for _ in range(3)}
    still_closed = [number for number in CLOSED if not os.path.exists(f"/proc/self/fd/{number}")]
except BaseException:
    outcome, still_closed = traceback.format_exc(), None
with open("outcome", "w") as file:
    print(outcome, still_closed, file=file)
"""


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_closed_standard_streams(run: Run, tmp_path: Path, kind: LoopKind, closed: tuple[int, ...]) -> None:
    """Then a loop's own descriptors get these numbers, and give them back; loading the engine leaves nothing there."""
    closing = " ".join(f"{number}>&-" for number in closed)
    code = f"CLOSED = {closed}\n{kind.import_statement}\n{CLOSED_STREAMS}"
    result = run(code, launcher=("sh", "-c", f'exec "$0" "$@" {closing}'))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), result
    expected = ((b"out x\n", b"err x\n"), 3, b"ping", 4)
    assert (tmp_path / "cwd" / "outcome").read_text() == f"{ {repr(expected)} } {list(closed)}\n"


SERVE = f"""
async def main():
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
{VISIT}
    return "served"
def run():
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main())
"""


@pytest.mark.parametrize("first", ["new_event_loop().close()", "run()"], ids=["made", "used"])
@pytest.mark.parametrize("forked", [False, True], ids=["here", "in a child"])
def test_all_are_closed_after_a_first_loop(
    run_clean: Callable[..., str], kind: LoopKind, first: str, forked: bool
) -> None:
    """As programs do that become daemons."""
    code = f"""
import asyncio, os
{kind.import_statement}
{SERVE}
{first}
if {forked} and (pid := os.fork()):
    os.waitpid(pid, 0)
    os._exit(0)
os.closerange(3, 1024)
print(run(), run(), flush=True)
"""
    assert run_clean(code) == "served served\n"
