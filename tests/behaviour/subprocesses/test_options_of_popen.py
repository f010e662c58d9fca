"""Subprocesses: every option of Popen that asyncio hands on, those it refuses, and calls that are cancelled."""

import asyncio
import fcntl
import os
import signal
import subprocess
from subprocess import PIPE
from typing import Any

import pytest

from support.loop_kinds import Loop, LoopKind, run_coroutine

# Number of the user, number of the group, mask for new files, process group of the child.
WHO = "id -u; id -g; umask; exec cut -d ' ' -f 1,5 /proc/self/stat"


async def output_of(*command: str, **options: Any) -> list[str]:
    child = await asyncio.create_subprocess_exec(*command, stdout=PIPE, **options)
    output, _ = await child.communicate()
    assert child.returncode == 0
    return output.decode().split()


def test_user_group_and_umask(loop: Loop) -> None:
    """The user of the tests may take his own numbers only; the administrator may take any."""
    uid, gid = (65534, 65533) if os.getuid() == 0 else (os.getuid(), os.getgid())

    async def main() -> None:
        user, group, mask, _, _ = await output_of("sh", "-c", WHO, user=uid, group=gid, umask=0o035, cwd="/")
        assert (int(user), int(group), int(mask, 8)) == (uid, gid, 0o035)
        user, group, _, _, _ = await output_of("sh", "-c", WHO)
        assert (int(user), int(group)) == (os.getuid(), os.getgid())

    run_coroutine(loop, main())


def test_extra_groups(loop: Loop) -> None:
    if os.getuid() != 0:
        pytest.skip("only the administrator may change the groups of a process")

    async def main() -> None:
        groups = await output_of("id", "-G", extra_groups=[1234, 4321])
        assert {"1234", "4321"} <= set(groups)

    run_coroutine(loop, main())


@pytest.mark.parametrize("option", ["process_group", "start_new_session", "preexec_fn"])
def test_process_group(loop: Loop, option: str) -> None:
    value: Any = {"process_group": 0, "start_new_session": True, "preexec_fn": os.setpgrp}[option]

    async def main() -> None:
        *_, pid, group = await output_of("sh", "-c", WHO, **{option: value})
        assert pid == group
        *_, group = await output_of("sh", "-c", WHO)
        assert int(group) == os.getpgrp()

    # Python 3.12 warns of preexec_fn when there are threads, which an engine has and an executor would.
    run_coroutine(loop, main())


def test_failing_preexec_fn_is_an_error_of_the_call(loop: Loop) -> None:
    def fail() -> None:
        raise ValueError("in the child")

    async def main() -> None:
        with pytest.raises(subprocess.SubprocessError, match="preexec_fn"):
            await asyncio.create_subprocess_exec("true", preexec_fn=fail)

    run_coroutine(loop, main())


@pytest.mark.parametrize("size", [4096, 262144])
def test_size_of_the_pipes(loop: Loop, size: int) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE, pipesize=size)
        transport: Any = child._transport  # type: ignore[attr-defined]
        pipe = transport.get_pipe_transport(1).get_extra_info("pipe")
        assert fcntl.fcntl(pipe.fileno(), fcntl.F_GETPIPE_SZ) == size
        output, _ = await child.communicate(b"through it" * 10_000)
        assert output == b"through it" * 10_000

    run_coroutine(loop, main())


def test_signals_are_restored_in_the_child_unless_asked_not_to(loop: Loop) -> None:
    """Python ignores SIGPIPE; its children do not."""

    async def main() -> None:
        for restore in (True, False):
            line = await output_of("grep", "SigIgn", "/proc/self/status", restore_signals=restore)
            ignored = bool(int(line[1], 16) >> (signal.SIGPIPE - 1) & 1)
            assert ignored is not restore

    run_coroutine(loop, main())


def test_descriptors_are_closed_unless_asked_not_to(loop: Loop) -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(read_end, True)

    async def main() -> None:
        for close_fds in (True, False):
            numbers = await output_of("ls", "/proc/self/fd", close_fds=close_fds)
            assert (str(read_end) in numbers) is not close_fds

    run_coroutine(loop, main())
    os.close(read_end)
    os.close(write_end)


REFUSED: list[dict[str, Any]] = [
    {"universal_newlines": True},
    {"text": True},
    {"encoding": "utf-8"},
    {"errors": "strict"},
    {"bufsize": 1},
]


@pytest.mark.parametrize("options", REFUSED, ids=str)
def test_options_asyncio_refuses(loop: Loop, options: dict[str, Any]) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match=next(iter(options))):
            await loop.subprocess_exec(asyncio.SubprocessProtocol, "true", **options)
        with pytest.raises(ValueError, match=next(iter(options))):
            await loop.subprocess_shell(asyncio.SubprocessProtocol, "true", **options)

    run_coroutine(loop, main())


def test_shell_and_program_do_not_go_together(loop: Loop) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="shell must be False"):
            await loop.subprocess_exec(asyncio.SubprocessProtocol, "true", shell=True)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="shell must be True"):
            await loop.subprocess_shell(asyncio.SubprocessProtocol, "true", shell=False)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="cmd must be a string"):
            await loop.subprocess_shell(asyncio.SubprocessProtocol, ["true"])  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="no_such_option"):
            await loop.subprocess_exec(asyncio.SubprocessProtocol, "true", no_such_option=1)

    run_coroutine(loop, main())


@pytest.mark.parametrize("command", ["echo $0 word; exit 3", b"echo $0 word; exit 3"], ids=["str", "bytes"])
def test_shell(loop: Loop, command: Any) -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_shell(command, stdout=PIPE)
        outputs: tuple[Any, Any] = await child.communicate()
        assert outputs[0].split()[1:] == [b"word"]
        assert outputs[1] is None
        assert child.returncode == 3

    run_coroutine(loop, main())


@pytest.mark.parametrize("iterations", [0, 1, 2, 5, 50])
def test_communicate_can_be_cancelled(loop: Loop, iterations: int) -> None:
    """With data still to be written, at any moment; the child can be ended and its output read afterwards."""

    async def main() -> None:
        child = await asyncio.create_subprocess_exec("sleep", "3600", stdin=PIPE, stdout=PIPE)
        communicating = asyncio.ensure_future(child.communicate(bytes(1 << 20)))
        for _ in range(iterations):
            await asyncio.sleep(0)
        communicating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await communicating
        child.kill()
        assert await child.wait() == -signal.SIGKILL
        assert child.stdout is not None
        assert await child.stdout.read() == b""

    run_coroutine(loop, main())


def test_handler_for_children_that_end(kind: LoopKind) -> None:
    """A handler for SIGCHLD is accepted, is called, and takes no exit status from asyncio."""
    kind.expect(
        "7\nTrue False\n", "behaviour.subprocesses.programs.signals_of_children", "handler_for_children_that_end"
    )
