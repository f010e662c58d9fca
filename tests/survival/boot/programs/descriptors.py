"""Lists, closes and lacks descriptors around loops."""

import asyncio
import errno
import os
import socket
import ssl
import subprocess
import sys
import traceback
from typing import Any

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from support.scenarios import run_scenario
from support.visits import visit_a_server

LIST = [sys.executable, "-I", "-S", "-c", "import os; print(*sorted(map(int, os.listdir('/proc/self/fd')))[:-1])"]


def by_subprocess() -> bytes:
    """What a child of `subprocess` has."""
    return subprocess.run(LIST, close_fds=False, stdout=subprocess.PIPE, check=False).stdout


def by_posix_spawn() -> bytes:
    """What a child of `posix_spawn` has."""
    read, write = os.pipe()
    pid = os.posix_spawn(LIST[0], LIST, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
    return _read_and_wait(read, write, pid)


def by_fork_and_exec() -> bytes:
    """What a child has that forks by itself."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.execv(LIST[0], LIST)
    return _read_and_wait(read, write, pid)


async def by_the_loop() -> bytes:
    """What a child of asyncio has."""
    process = await asyncio.create_subprocess_exec(*LIST, close_fds=False, stdout=subprocess.PIPE)
    return (await process.communicate())[0]


def _read_and_wait(read: int, write: int, pid: int) -> bytes:
    os.close(write)
    with open(read, "rb") as file:
        listed = file.read()
    os.waitpid(pid, 0)
    return listed


async def open_others() -> list[asyncio.BaseTransport]:
    """Datagrams, a Unix connection that a server has accepted, and a TLS handshake.

    It uses the socket itself, through a second descriptor, if the kernel has TLS.
    """
    loop = asyncio.get_running_loop()
    datagrams, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    name = f"\0descriptors {os.getpid()}"
    server = await loop.create_unix_server(asyncio.Protocol, name)
    plain, _ = await loop.create_unix_connection(asyncio.Protocol, name)
    silent = socket.create_server(("127.0.0.1", 0))
    with silent:
        below, protocol = await loop.create_connection(asyncio.Protocol, *silent.getsockname())
        accepted, _ = silent.accept()
    kept.extend([accepted, server])
    context = ssl.create_default_context()
    context.options |= getattr(ssl, "OP_ENABLE_KTLS", 1 << 3)  # the name is new in 3.12
    kept.append(asyncio.ensure_future(loop.start_tls(below, protocol, context, server_hostname="localhost")))
    assert isinstance(below, asyncio.Transport)
    accepted.setblocking(False)
    await loop.sock_recv(accepted, 1)  # the handshake has begun
    return [datagrams, plain, below]


kept: list[Any] = []


def inherited_by_children(*refused: str) -> None:
    """Print which numbers children have, while a loop runs that has sockets and pipes open.

    The loop has to do without the system calls with these numbers.
    """
    if refused:
        refuse(tuple(map(int, refused)), errno.ENOSYS)

    async def main() -> set[str]:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        others = await open_others()
        sleeper = await asyncio.create_subprocess_exec("sleep", "60", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lists = [by_subprocess(), by_posix_spawn(), by_fork_and_exec(), await by_the_loop()]
        sleeper.kill()
        await sleeper.wait()
        writer.close()
        server.close()
        for transport in others:
            transport.abort()  # type: ignore[attr-defined]
        (accepted, unix_server, upgrade) = kept
        accepted.close()
        unix_server.close()
        await asyncio.gather(upgrade, return_exceptions=True)
        return {text.decode().strip() for text in lists}

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(main()))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send four bytes back."""
    writer.write(await reader.readexactly(4))
    writer.close()


async def use_children_and_a_server() -> tuple[tuple[bytes, bytes], int | None, bytes, int | None]:
    """What a child has said, its status, what a server has answered, and the status of a child without pipes."""
    talking = await asyncio.create_subprocess_exec(
        *("sh", "-c", "read line; echo out $line; echo err $line >&2; exit 3"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said = await talking.communicate(b"x\n")
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


def closed_streams(*closed: str) -> None:
    """Write into the file "outcome" what three loops have done, and which of these descriptors are closed again."""

    def run() -> object:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(use_children_and_a_server())

    still_closed = None
    try:
        outcome: object = {repr(run()) for _ in range(3)}
        still_closed = [int(number) for number in closed if not os.path.exists(f"/proc/self/fd/{number}")]
    except BaseException:
        outcome = traceback.format_exc()
    with open("outcome", "w") as file:
        print(outcome, still_closed, file=file)


def all_closed(first: str, forked: str) -> None:
    """Close all after a loop was "made" or "used", here or in a child; print what two further loops have done."""

    async def serve() -> str:
        process = await asyncio.create_subprocess_exec("true")
        await process.wait()
        await visit_a_server()
        return "served"

    def run() -> str:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(serve())

    if first == "made":
        new_event_loop().close()
    else:
        run()
    if forked == "in a child" and (pid := os.fork()):
        os.waitpid(pid, 0)
        os._exit(0)
    os.closerange(3, 1024)
    print(run(), run(), flush=True)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
