"""Does everything that a loop does with descriptors whose numbers are high, or above what the limit now allows.

Arguments: the kind of loop; "taken", and the lowest number that is free, or "lowered".
"""

import asyncio
import os
import resource
import socket
import sys

from support.chosen_loop import new_event_loop
from survival.boot.programs import jobs_of_loops
from survival.boot.programs.tls_jobs import serve_tls

#: The exit status where this machine does not let a program have such numbers.
UNAVAILABLE = 77
#: What the jobs take at the same time, at most.
MARGIN = 200


async def watch(left: socket.socket, right: socket.socket) -> None:
    """Readers, writers, and the methods for sockets."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[str] = asyncio.Queue()
    loop.add_writer(left, events.put_nowait, "writable")
    assert await events.get() == "writable"
    loop.remove_writer(left)
    loop.add_reader(left, lambda: events.put_nowait(left.recv(9).decode()))
    while not events.empty():
        events.get_nowait()
    right.send(b"text")
    assert await events.get() == "text"
    loop.remove_reader(left)
    await loop.sock_sendall(left, b"1")
    assert await loop.sock_recv(right, 9) == b"1"
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=left)
    transport.write(b"2")
    assert await loop.sock_recv(right, 9) == b"2"
    transport.close()
    assert await loop.sock_recv(right, 9) == b""


def new_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets that do not block."""
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    return left, right


async def watch_new() -> None:
    """New sockets."""
    left, right = new_pair()
    with left, right:
        await watch(left, right)


def take_all_below(lowest: int) -> None:
    """Give all lower numbers that are free to the null device."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + MARGIN, max(hard, lowest + MARGIN)))
    except ValueError:
        sys.exit(UNAVAILABLE)
    null = os.open(os.devnull, os.O_RDONLY)
    for number in range(lowest):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(null, number, inheritable=False)
    left, right = new_pair()
    with left, right:
        assert left.fileno() >= lowest


def taken(lowest: str) -> None:
    """On two loops, one after the other."""
    take_all_below(int(lowest))
    for _ in range(2):
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            for job in (watch_new, *jobs_of_loops.JOBS, serve_tls):
                runner.run(asyncio.wait_for(job(), 30))
    print("works")


def lowered() -> None:
    """The limit becomes lower than the numbers that are open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers = [os.dup(0) for _ in range(100)]
    pair = new_pair()
    with asyncio.Runner(loop_factory=new_event_loop) as runner, pair[0], pair[1]:
        runner.run(jobs_of_loops.sleep())
        resource.setrlimit(resource.RLIMIT_NOFILE, (8, hard))
        runner.run(watch(*pair))
        runner.run(jobs_of_loops.wake_up())
        runner.run(jobs_of_loops.handle_signal())
        try:
            runner.run(jobs_of_loops.serve_unix())
        except OSError as error:
            print(error.errno)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)
        runner.run(jobs_of_loops.serve_unix())
    print("works")


if __name__ == "__main__":
    if sys.argv[2] == "taken":
        taken(sys.argv[3])
    else:
        lowered()
