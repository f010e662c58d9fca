"""Loops in two threads do not see each other's datagrams, whatever happens while one of them receives."""

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from loop_kinds import PROMPTLY, Loop

COUNT = 32
# More two-tuples than the interpreter keeps for reuse: the next one is allocated.
MANY = 5000


class Recorder(asyncio.DatagramProtocol):
    """Keeps what arrives, and says when all of it has."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, Any]] = []
        self.complete = threading.Event()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """See asyncio.DatagramProtocol."""
        self.received.append((data, addr))
        if len(self.received) == COUNT:
            self.complete.set()


def bound(files: contextlib.ExitStack) -> socket.socket:
    sock = files.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sock.bind(("127.0.0.1", 0))
    return sock


@contextlib.contextmanager
def served_by_another_thread(new_loop: Callable[[], Loop], protocol: Recorder) -> Iterator[Any]:
    """An address at which a loop in a thread of its own receives."""
    loop = new_loop()
    attached: list[Any] = []
    ready = threading.Event()

    async def main() -> None:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, local_addr=("127.0.0.1", 0))
        attached.append(transport.get_extra_info("sockname"))
        ready.set()
        while not protocol.complete.is_set():
            await asyncio.sleep(0.01)
        transport.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    assert ready.wait(PROMPTLY)
    try:
        yield attached[0]
    finally:
        protocol.complete.set()
        thread.join()


@contextlib.contextmanager
def collector_disabled(hook: Callable[[str, object], None]) -> Iterator[None]:
    """Until it is enabled, it collects nothing; then it does at the next allocation, and calls the hook."""
    thresholds = gc.get_threshold()
    gc.disable()
    gc.set_threshold(1)
    gc.callbacks.append(hook)
    try:
        yield
    finally:
        gc.callbacks.remove(hook)
        gc.set_threshold(*thresholds)
        gc.enable()


def test_a_collection_while_a_batch_is_received(loop: Loop, new_loop: Callable[[], Loop]) -> None:
    """Up to Python 3.11 the collector runs inside an allocation; its hooks then let the other thread go on."""
    mine, others = Recorder(), Recorder()

    async def main(files: contextlib.ExitStack, others_address: Any) -> list[Any]:
        sock = bound(files)
        senders = [bound(files) for _ in range(COUNT)]
        strangers = [bound(files) for _ in range(COUNT)]
        trigger, written = socket.socketpair()
        files.enter_context(trigger)
        files.enter_context(written)
        transport, _ = await loop.create_datagram_endpoint(lambda: mine, sock=sock)

        def let_the_other_receive(phase: str, _info: object) -> None:
            if phase == "start" and not others.complete.is_set() and threading.current_thread() is thread:
                for number, stranger in enumerate(strangers):
                    stranger.sendto(b"other %d" % number, others_address)
                assert others.complete.wait(PROMPTLY)

        def enable() -> None:
            loop.remove_reader(trigger)
            kept.extend([(number, number) for number in range(MANY)])
            gc.enable()  # and nothing that is allocated in this function

        thread = threading.current_thread()
        kept: list[tuple[int, int]] = []
        with collector_disabled(let_the_other_receive):
            loop.add_reader(trigger, enable)
            await asyncio.sleep(0)
            written.send(b"x")  # before the datagrams: its reader has its turn before the transport
            for number, sender in enumerate(senders):
                sender.sendto(b"mine %d" % number, sock.getsockname())
            while not mine.complete.is_set():
                await asyncio.sleep(0.01)
        assert len(kept) == MANY
        transport.close()
        await asyncio.sleep(0)
        return [(b"mine %d" % number, sender.getsockname()) for number, sender in enumerate(senders)]

    with contextlib.ExitStack() as files, served_by_another_thread(new_loop, others) as others_address:
        expected = loop.run_until_complete(main(files, others_address))
    assert mine.received == expected
    assert [data for data, _ in others.received] == [b"other %d" % number for number in range(COUNT)]
