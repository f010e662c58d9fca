"""Options that reach a child: what runs before it, descriptors, groups, sessions, signals, and its three streams."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import threading
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import PROMPTLY, Loop, LoopKind
from support.signal_programs import expect


async def output_of(*command: str, **options: Any) -> bytes:
    child = await asyncio.create_subprocess_exec(*command, stdout=PIPE, **options)
    output, _ = await asyncio.wait_for(child.communicate(), PROMPTLY)
    assert child.returncode == 0
    return output


def test_preexec_fn_runs_in_the_child(kind: LoopKind) -> None:
    """In a process of its own: the function runs after a fork of a process with threads, of which Python 3.12 warns."""
    expect(
        kind,
        """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
ran = []

def prepare():
    ran.append(os.getpid())
    os.umask(0o027)
    os.nice(3)
    os.chdir("/")
    os.environ["NOT"] = "inherited"

def fail():
    raise ValueError("not in the mood")

async def main():
    for number in range(5):
        command = f"umask; nice; pwd; exit {number}"
        child = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=-1, preexec_fn=prepare)
        output, _ = await child.communicate()
        assert output.split() == [b"0027", b"%d" % (os.nice(0) + 3), b"/"], output
        assert child.returncode == number
    try:
        await asyncio.create_subprocess_exec("true", preexec_fn=fail)
    except Exception as error:
        print(type(error).__name__, error)
    # The loop and its process are as they were.
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 5")
    return ran, await child.wait(), await asyncio.sleep(0.01, "alive"), os.getcwd() == folder

os.umask(0o022)
folder = os.getcwd()
loop = new_event_loop()
print(*loop.run_until_complete(asyncio.wait_for(main(), 60)))
loop.close()
""",
        "SubprocessError Exception occurred in preexec_fn.\n[] 5 alive True\n",
    )


def test_only_passed_descriptors_are_open(loop: Loop) -> None:
    """Not those of the loop, nor any other that the process has, inheritable or not."""
    read_end, write_end = os.pipe()
    inheritable = os.dup(0)
    os.set_inheritable(inheritable, True)
    try:

        async def main() -> None:
            code = "import os; print(*sorted(os.listdir('/proc/self/fd'), key=int))"
            command = (sys.executable, "-I", "-c", code)

            listed = [int(fd) for fd in (await output_of(*command, pass_fds=[write_end])).split()]
            assert write_end in listed
            # The listing has a descriptor of its own.
            assert len(listed) == 5
            none = [int(fd) for fd in (await output_of(*command)).split()]
            assert none == [0, 1, 2, 3]
            kept = [int(fd) for fd in (await output_of(*command, close_fds=False)).split()]
            assert inheritable in kept
            # Of the descriptors of this process no other is inheritable: the loop's are not.
            assert write_end not in kept
            child = await asyncio.create_subprocess_exec(
                "sh", "-c", f"echo passed >/dev/fd/{write_end}", pass_fds=[write_end], stdin=DEVNULL
            )
            assert await child.wait() == 0

        loop.run_until_complete(main())
        assert os.read(read_end, 100) == b"passed\n"
    finally:
        for fd in (read_end, write_end, inheritable):
            os.close(fd)


def test_groups_and_sessions(loop: Loop) -> None:
    code = "import os; print(os.getpid(), os.getpgid(0), os.getsid(0))"

    async def ids(**options: Any) -> list[int]:
        return [int(number) for number in (await output_of(sys.executable, "-I", "-c", code, **options)).split()]

    async def main() -> None:
        group, session = os.getpgid(0), os.getsid(0)
        pid, *others = await ids()
        assert others == [group, session]
        pid, *others = await ids(start_new_session=True)
        assert others == [pid, pid]
        pid, *others = await ids(process_group=0)
        assert others == [pid, session]

    loop.run_until_complete(main())


def test_a_whole_group_is_killed(loop: Loop) -> None:
    """The shell's own children, which hold the pipe, end with it; the loop is in another group and goes on."""

    async def main() -> None:
        command = "sleep 1000 & sleep 1000 & echo ready; wait"
        child = await asyncio.create_subprocess_shell(command, stdout=PIPE, start_new_session=True)
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
        os.killpg(child.pid, signal.SIGTERM)
        # The end of the pipe is there when nobody has it any more.
        assert await asyncio.wait_for(child.stdout.read(), PROMPTLY) == b""
        assert await asyncio.wait_for(child.wait(), PROMPTLY) == -signal.SIGTERM

    loop.run_until_complete(main())


@pytest.mark.parametrize("restore", [True, False])
def test_restore_signals(loop: Loop, restore: bool) -> None:
    """Python ignores SIGPIPE, and children have the default action again, unless that is not wanted."""

    async def main() -> set[int]:
        output = await output_of("grep", "SigIgn", "/proc/self/status", restore_signals=restore)
        mask = int(output.split()[1], 16)
        return {number for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD) if mask >> (number - 1) & 1}

    assert loop.run_until_complete(main()) == (set() if restore else {signal.SIGPIPE, signal.SIGXFSZ})


def test_blocked_signals_of_the_parent_are_those_of_plain_python(kind: LoopKind) -> None:
    expect(
        kind,
        """
import subprocess
command = ["grep", "SigBlk", "/proc/self/status"]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
plain = subprocess.run(command, capture_output=True).stdout
async def main():
    child = await asyncio.create_subprocess_exec(*command, stdout=-1)
    return (await child.communicate())[0] == plain
loop = new_event_loop()
print(loop.run_until_complete(main()), int(plain.split()[1], 16) == 1 << signal.SIGUSR1 - 1)
loop.close()
""",
        "True True\n",
    )


COMBINATIONS = list(
    itertools.product(["pipe", "null", "file"], ["pipe", "null", "file"], ["pipe", "null", "file", "out"])
)


@pytest.mark.parametrize(("stdin", "stdout", "stderr"), COMBINATIONS)
def test_streams_in_every_combination(loop: Loop, stdin: str, stdout: str, stderr: str, tmp_path: Path) -> None:
    given = tmp_path / "in"
    given.write_text("data")
    command = 'data=$(cat); echo "out $data"; echo "err $data" >&2'
    kinds: dict[str, Any] = {"pipe": PIPE, "null": DEVNULL, "out": STDOUT}

    async def main() -> tuple[bytes | None, bytes | None]:
        with given.open() as source, (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
            child = await asyncio.create_subprocess_exec(
                *("sh", "-c", command),
                stdin=kinds.get(stdin, source),
                stdout=kinds.get(stdout, out),
                stderr=kinds.get(stderr, err),
            )
            assert (child.stdin is None, child.stdout is None) == (stdin != "pipe", stdout != "pipe")
            assert (child.stderr is None) == (stderr != "pipe")
            result = await asyncio.wait_for(child.communicate(b"data" if stdin == "pipe" else None), PROMPTLY)
            assert child.returncode == 0
            return result

    said = "" if stdin == "null" else "data"
    out_text, err_text = f"out {said}\n", f"err {said}\n"
    if stderr == "out":
        out_text, err_text = out_text + err_text, ""
    output, errors = loop.run_until_complete(main())
    assert output == (out_text.encode() if stdout == "pipe" else None)
    assert errors == (err_text.encode() if stderr == "pipe" else None)
    assert (tmp_path / "out").read_text() == (out_text if stdout == "file" else "")
    assert (tmp_path / "err").read_text() == (err_text if stderr == "file" else "")


def test_inherited_streams_and_sockets(loop: Loop) -> None:
    """Descriptors by number: the child has the very same file."""
    read_end, write_end = os.pipe()

    async def main() -> None:
        child = await asyncio.create_subprocess_exec(
            "sh", "-c", "echo out; echo err >&2", stdout=write_end, stderr=write_end
        )
        assert await child.wait() == 0

    loop.run_until_complete(main())
    os.close(write_end)
    assert os.read(read_end, 100) == b"out\nerr\n"
    os.close(read_end)


def test_children_are_started_from_another_thread(loop: Loop) -> None:
    """Coroutines that are given to the loop by a thread; and the thread's own children meanwhile."""
    results: list[Any] = []

    async def child(code: int) -> int:
        return await (await asyncio.create_subprocess_exec("sh", "-c", f"exit {code}")).wait()

    def others() -> None:
        futures = [asyncio.run_coroutine_threadsafe(child(code), loop) for code in range(10)]
        plain = [subprocess.run(["sh", "-c", f"exit {code}"], check=False).returncode for code in range(10)]
        results.extend([[future.result(PROMPTLY) for future in futures], plain])
        loop.call_soon_threadsafe(loop.stop)

    thread = threading.Thread(target=others)
    thread.start()
    loop.run_forever()
    thread.join()
    assert results == [list(range(10))] * 2
