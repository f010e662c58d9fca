"""One write of 128 MiB, and another: the memory it needs is bounded, and returned to the system."""

import asyncio
import gc
import socket

from support.chosen_loop import new_event_loop
from support.process_figures import resident_bytes

SIZE = 128 << 20


async def write() -> None:
    loop = asyncio.get_running_loop()
    left, right = socket.socketpair()
    right.setblocking(False)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=left)
    with right:
        for _ in range(2):
            before = resident_bytes()
            data = bytes(SIZE)
            transport.write(data)
            transport.write(b"end")
            del data
            assert transport.get_write_buffer_size() > SIZE // 2
            received = most = 0
            while received < SIZE + 3:
                received += len(await loop.sock_recv(right, 1 << 20))
                most = max(most, resident_bytes())
            assert transport.get_write_buffer_size() == 0
            assert most - before < 4 * SIZE, most - before
            gc.collect()
            assert resident_bytes() - before < SIZE // 2, resident_bytes() - before
        transport.abort()
        await asyncio.sleep(0)


def main() -> None:
    loop = new_event_loop()
    loop.run_until_complete(asyncio.wait_for(write(), 100))
    loop.close()
    print("written")


if __name__ == "__main__":
    main()
