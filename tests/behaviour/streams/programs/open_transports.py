"""Programs that leave transports open. Arguments: the kind of loop, the name of a function, and its arguments."""

import asyncio
import gc
import socket
import sys

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario

# Of the module, so that they are there until the interpreter has ended.
peers: list[socket.socket] = []
transports: list[asyncio.Transport] = []


async def connect() -> asyncio.Transport:
    """Connect to a peer, which is kept in `peers`."""
    mine, peer = socket.socketpair()
    peers.append(peer)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=mine)
    return transport


def program_ends() -> None:
    async def leave_work_to_do() -> None:
        for number in range(20):
            transport = await connect()
            transports.append(transport)
            peers[-1].send(b"unread")
            if number % 2:
                transport.pause_reading()
            if number % 3:
                transport.write(bytes(10_000_000))

    loop = new_event_loop()
    loop.run_until_complete(leave_work_to_do())
    loop.close()
    sys.exit(7)


def loop_is_collected() -> None:
    async def connect_one() -> None:
        await connect()

    for _ in range(20):
        loop = new_event_loop()
        loop.run_until_complete(connect_one())
        loop.close()
        del loop
        gc.collect()
    for peer in peers:
        assert peer.recv(1) == b""
    print("done")


def main() -> None:
    run_scenario(globals(), sys.argv[2:])


if __name__ == "__main__":
    main()
