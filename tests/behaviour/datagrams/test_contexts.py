"""The context variables that a datagram protocol's methods see."""

import asyncio
import contextvars
from pathlib import Path
from typing import Any

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.datagrams import INET, UNIX, DatagramRecorder, connected_pair, drain, end, endpoint, pass_iterations

place: contextvars.ContextVar[str] = contextvars.ContextVar("place", default="nowhere")


class Seeing(DatagramRecorder):
    """Notes the value of the variable with every event."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def note(self, event: str) -> None:
        """Append the event with the value."""
        self.seen.append(f"{event} {place.get()}")
        super().note(event)


def without_repetition(events: list[str]) -> list[str]:
    return [event for number, event in enumerate(events) if events[:number][-1:] != [event]]


@pytest.mark.parametrize("debug", [False, True], ids=["quick", "debug"])
def test_methods_see_the_context_in_which_the_endpoint_was_made(loop: Loop, debug: bool) -> None:
    loop.set_debug(debug)
    loop.slow_callback_duration = 3600.0
    protocol = Seeing()

    async def main() -> None:
        place.set("creator")
        with INET.bound() as peer:
            transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=peer.getsockname())
            place.set("later")
            for _ in range(50):
                peer.sendto(b"data", transport.get_extra_info("sockname"))
            await protocol.until_received(50)
        transport.sendto(b"anybody?")
        await protocol.until(lambda: bool(protocol.errors))
        place.set("closer")
        transport.close()
        await protocol.until(lambda: bool(protocol.lost_with))

    run_coroutine(loop, main())
    assert without_repetition(protocol.seen) == ["made creator", "datagram creator", "error creator", "lost closer"]


def test_changes_stay_from_one_datagram_to_the_next(loop: Loop) -> None:
    class Counting(DatagramRecorder):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            counter.set(counter.get() + 1)
            counts.append(counter.get())
            super().datagram_received(data, addr)

    counter: contextvars.ContextVar[int] = contextvars.ContextVar("counter", default=0)
    counts: list[int] = []
    protocol = Counting()

    async def main() -> None:
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            for turn in range(3):
                for _ in range(40):
                    peer.sendto(b"data", transport.get_extra_info("sockname"))
                await protocol.until_received(40 * (turn + 1))
        assert counter.get() == 0
        await end(protocol)

    run_coroutine(loop, main())
    assert counts == list(range(1, 121))


def test_resuming_reading_changes_the_context(loop: Loop) -> None:
    protocol = Seeing()

    async def main() -> None:
        place.set("creator")
        with INET.bound() as peer:
            transport = await endpoint(protocol, INET.bound())
            transport.pause_reading()
            place.set("resumer")
            transport.resume_reading()
            place.set("later")
            peer.sendto(b"data", transport.get_extra_info("sockname"))
            await protocol.until_received(1)
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.seen == ["made creator", "datagram resumer", "lost later"]


def test_resume_writing_sees_the_context_in_which_the_socket_was_full(loop: Loop) -> None:
    protocol = Seeing()
    left, right = connected_pair()

    async def main() -> None:
        place.set("creator")
        transport = await endpoint(protocol, left)
        transport.set_write_buffer_limits(high=100, low=99)
        place.set("sender")
        while not transport.get_write_buffer_size():
            transport.sendto(b"data")
        place.set("pauser")
        while "pause pauser" not in protocol.seen:
            transport.sendto(b"data")
        place.set("reader")
        while not protocol.seen[-1].startswith("resume"):
            drain(right)
            await asyncio.sleep(0)
        await end(protocol)

    run_coroutine(loop, main())
    right.close()
    assert protocol.seen[:3] == ["made creator", "pause pauser", "resume sender"]


def test_error_of_a_datagram_sent_at_once_is_seen_by_the_sender(loop: Loop) -> None:
    protocol = Seeing()

    async def main() -> None:
        place.set("creator")
        transport = await endpoint(protocol, INET.bound())
        place.set("sender")
        transport.sendto(bytes(70_000), ("127.0.0.1", 9))
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.seen[1] == "error sender"


def test_error_of_a_datagram_put_off_is_seen_in_a_context_of_the_transport(loop: Loop, tmp_path: Path) -> None:
    """Never in the context of the callback that happens to run."""
    protocol = Seeing()

    async def main() -> None:
        place.set("creator")
        transport = await endpoint(protocol, UNIX.bound())
        transport.sendto(b"data", str(tmp_path / "nobody"))
        loop.call_soon(lambda: None, context=contextvars.Context())
        await pass_iterations()
        await end(protocol)

    run_coroutine(loop, main())
    assert protocol.seen == ["made creator", "error creator", "lost creator"]


def test_error_of_an_answer(loop: Loop, tmp_path: Path) -> None:
    class Answering(Seeing):
        def datagram_received(self, data: bytes, addr: Any) -> None:
            super().datagram_received(data, addr)
            self.transport.sendto(b"answer", str(tmp_path / "nobody"))

    protocol = Answering()

    async def main() -> None:
        place.set("creator")
        with UNIX.bound() as peer:
            transport = await endpoint(protocol, UNIX.bound())
            place.set("later")
            for _ in range(5):
                peer.sendto(b"data", transport.get_extra_info("sockname"))
            await protocol.until(lambda: len(protocol.errors) == 5)
        await end(protocol)

    run_coroutine(loop, main())
    assert set(protocol.seen) == {"made creator", "datagram creator", "error creator", "lost later"}
