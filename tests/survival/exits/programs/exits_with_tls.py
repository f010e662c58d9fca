"""Programs that end while TLS connections are open; globals are alive when the interpreter ends.

Arguments: the kind of loop, and the name of a function below.
"""

import asyncio
import os
import socket
import sys
import threading
from typing import Any

from support.chosen_loop import new_event_loop
from support.peers.tls import client_context, server_context
from support.scenarios import run_scenario

SERVER, CLIENT = server_context(), client_context()
loop = new_event_loop()
ends: list[Any] = []


class End(asyncio.Protocol):
    """Says what it gets, and exits on demand."""

    def data_received(self, data: bytes) -> None:
        print(data.decode(), flush=True)
        if data == b"exit":
            sys.exit(3)
        if data == b"_exit":
            os._exit(3)


async def connect() -> None:
    left, right = socket.socketpair()
    ends.extend(
        await asyncio.gather(
            loop.connect_accepted_socket(End, left, ssl=SERVER),
            loop.create_connection(End, sock=right, ssl=CLIENT, server_hostname="localhost"),
        )
    )
    ends[1][0].write(b"hello")
    await asyncio.sleep(0.01)


def left_open() -> None:
    """Neither the connections nor the loop are closed."""
    loop.run_until_complete(connect())


def loop_closed() -> None:
    """The loop is closed, the connections are not."""
    loop.run_until_complete(connect())
    loop.close()


def with_unsent_data() -> None:
    """More is written than the other end takes."""
    loop.run_until_complete(connect())
    ends[0][0].pause_reading()
    ends[1][0].write(bytes(10_000_000))
    loop.run_until_complete(asyncio.sleep(0.01))


def while_closing() -> None:
    """One end has sent its alert, and the loop runs no more."""
    loop.run_until_complete(connect())
    ends[0][0].close()


def in_the_handshake() -> None:
    """A client's hello is not answered."""
    left, right = socket.socketpair()
    ends.append(left)

    async def begin() -> None:
        task = asyncio.ensure_future(loop.create_connection(End, sock=right, ssl=CLIENT, server_hostname="localhost"))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    loop.run_until_complete(begin())


def exit_in_a_callback() -> None:
    """`sys.exit` while a record is being handed over."""
    loop.run_until_complete(connect())
    ends[1][0].write(b"exit")
    loop.run_forever()


def immediate_exit_in_a_callback() -> None:
    """`os._exit` there."""
    loop.run_until_complete(connect())
    ends[1][0].write(b"_exit")
    loop.run_forever()


def in_a_daemon_thread() -> None:
    """The thread is in the middle of records when the interpreter ends."""
    busy = threading.Event()

    async def talk_for_ever() -> None:
        left, right = socket.socketpair()
        (_, served), (client, _) = await asyncio.gather(
            loop.connect_accepted_socket(asyncio.Protocol, left, ssl=SERVER),
            loop.create_connection(asyncio.Protocol, sock=right, ssl=CLIENT, server_hostname="localhost"),
        )
        ends.append(served)
        while True:
            client.write(bytes(50_000))
            await asyncio.sleep(0)
            busy.set()

    threading.Thread(target=loop.run_until_complete, args=(talk_for_ever(),), daemon=True).start()
    assert busy.wait(20)


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:3])
