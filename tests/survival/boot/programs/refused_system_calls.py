"""Uses every part of a loop that makes system calls of its own, while the kernel refuses some.

Arguments: the kind of loop, whether one has run "before" or "never", the error, and the numbers of the calls.
"""

import asyncio
import sys
import threading

from support import refused_calls
from support.chosen_loop import new_event_loop


async def use() -> None:
    """A timer, wakeups from a thread, a server, datagrams, a child."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.sleep(0.0123)
    assert loop.time() - started >= 0.0123
    event = asyncio.Event()
    threading.Thread(target=lambda: loop.call_soon_threadsafe(event.set)).start()
    await event.wait()
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    server.close()
    await wake_up_often()
    await exchange_datagrams()
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0


async def wake_up_often() -> None:
    """While the loop does not look: more wakeups than a socket keeps."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake_up() -> None:
        for _ in range(2000):
            loop._write_to_self()  # type: ignore[attr-defined]
        loop.call_soon_threadsafe(woken.set_result, None)

    thread = threading.Thread(target=wake_up)
    thread.start()
    thread.join()
    await woken


class Collector(asyncio.DatagramProtocol):
    """Collects datagrams."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, _address: object) -> None:
        self.received.append(data)
        if len(self.received) == DATAGRAMS:
            self.complete.set_result(None)


DATAGRAMS = 20


async def exchange_datagrams() -> None:
    """Some, of which the receiver cannot take all at once where a sandbox refuses to receive several."""
    loop = asyncio.get_running_loop()
    receiver, protocol = await loop.create_datagram_endpoint(Collector, local_addr=("127.0.0.1", 0))
    sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    sent = [b"%d" % number for number in range(DATAGRAMS)]
    for data in sent:
        sender.sendto(data, receiver.get_extra_info("sockname"))
    await protocol.complete
    assert protocol.received == sent
    sender.close()
    receiver.close()


def run() -> None:
    """`use` on a new loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(use())


def main() -> None:
    """Print "works" in the end."""
    _, has_run, error, *calls = sys.argv[1:]
    if has_run == "before":
        run()
    refused_calls.refuse(tuple(map(int, calls)), int(error))
    run()
    print("works")


if __name__ == "__main__":
    main()
