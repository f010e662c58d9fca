"""Child processes: pipes, exit codes, signals and options."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from pathlib import Path

import pytest

from support.loop_kinds import PROMPTLY, Loop, LoopKind

ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"

OPTIONS = """
import os, sys
print(os.getcwd())
print(os.environ["VARIABLE"])
print(os.getsid(0) == os.getpid())
os.write(int(sys.argv[1]), b"inherited")
"""


def test_exit_codes(loop: Loop) -> None:
    async def main() -> list[int]:
        children = [await asyncio.create_subprocess_exec("sh", "-c", f"exit {code}") for code in (0, 1, 7, 255)]
        return [await child.wait() for child in children]

    assert loop.run_until_complete(main()) == [0, 1, 7, 255]


def test_more_than_a_pipe_holds_goes_in_and_out(loop: Loop) -> None:
    data = bytes(range(256)) * 4000

    async def main() -> bytes:
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, stdin=PIPE, stdout=PIPE)
        output, _ = await child.communicate(data)
        assert child.returncode == 0
        return output

    assert loop.run_until_complete(main()) == data


def test_output_and_errors_are_separate_or_together(loop: Loop) -> None:
    async def main() -> None:
        command = "echo out; echo err >&2"
        child = await asyncio.create_subprocess_shell(command, stdout=PIPE, stderr=PIPE)
        assert await child.communicate() == (b"out\n", b"err\n")
        child = await asyncio.create_subprocess_shell(command, stdout=PIPE, stderr=STDOUT)
        assert list(await child.communicate()) == [b"out\nerr\n", None]
        child = await asyncio.create_subprocess_shell(command, stdout=DEVNULL, stderr=PIPE)
        assert list(await child.communicate()) == [None, b"err\n"]

    loop.run_until_complete(main())


@pytest.mark.parametrize("how", ["terminate", "kill", "send_signal"])
def test_child_can_be_ended(loop: Loop, how: str) -> None:
    async def main() -> int:
        child = await asyncio.create_subprocess_exec("sleep", "3600")
        if how == "send_signal":
            child.send_signal(signal.SIGHUP)
        else:
            getattr(child, how)()
        return await child.wait()

    expected = {"terminate": signal.SIGTERM, "kill": signal.SIGKILL, "send_signal": signal.SIGHUP}[how]
    assert loop.run_until_complete(main()) == -expected


def test_waiting_can_be_cancelled_and_resumed(loop: Loop) -> None:
    async def main() -> int:
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, stdin=PIPE)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(child.wait(), 0.01)
        assert child.returncode is None
        assert child.stdin is not None
        child.stdin.close()
        return await asyncio.wait_for(child.wait(), PROMPTLY)

    assert loop.run_until_complete(main()) == 0


def test_program_that_does_not_exist(loop: Loop) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            await asyncio.create_subprocess_exec("/no/such/program")

    loop.run_until_complete(main())


def test_options_reach_the_child(loop: Loop, tmp_path: Path) -> None:
    read_end, write_end = os.pipe()

    async def main() -> None:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            OPTIONS,
            str(write_end),
            stdout=PIPE,
            cwd=tmp_path,
            env={"VARIABLE": "value", "PATH": os.environ["PATH"]},
            pass_fds=[write_end],
            start_new_session=True,
        )
        output, _ = await child.communicate()
        assert output.decode() == f"{tmp_path}\nvalue\nTrue\n"

    loop.run_until_complete(main())
    assert os.read(read_end, 100) == b"inherited"
    os.close(read_end)
    os.close(write_end)


def test_child_has_the_signal_actions_of_a_child_of_plain_python(kind: LoopKind) -> None:
    """Neither blocked nor ignored signals of an engine are inherited."""
    kind.expect("2 True\n", "behaviour.subprocesses.programs.signals_of_children", "blocked_and_ignored")


def test_many_children_at_once(loop: Loop) -> None:
    async def child(number: int) -> bytes:
        process = await asyncio.create_subprocess_exec("echo", str(number), stdout=PIPE)
        output, _ = await process.communicate()
        return output

    async def main() -> list[bytes]:
        return await asyncio.gather(*(child(number) for number in range(30)))

    assert loop.run_until_complete(main()) == [b"%d\n" % number for number in range(30)]
