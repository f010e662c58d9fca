"""The repr() of a transport tells its state; only the name of the class is each loop's own."""

import gc
import re
import socket
import warnings

from support.loop_kinds import Loop, run_coroutine, run_iterations
from support.peers.streams import TOO_MUCH, Recorder, Way, connected, every_way, pass_iterations


def state(protocol: Recorder) -> str:
    """The repr without the name of the class and the number of the descriptor."""
    match = re.fullmatch(r"<\w+ (.*)>", repr(protocol.transport))
    assert match is not None
    return re.sub(r"fd=\d+", "fd=N", match[1])


@every_way
def test_descriptor_is_shown(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        descriptor = protocol.transport.get_extra_info("socket").fileno()
        assert f" fd={descriptor} " in repr(protocol.transport)
        protocol.transport.close()
        run_coroutine(loop, protocol.until_lost())
        assert repr(protocol.transport).endswith(f" closed fd={descriptor}>")


@every_way
def test_states_of_an_open_transport(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        run_coroutine(loop, pass_iterations())
        assert state(protocol) == "fd=N read=polling write=<idle, bufsize=0>"
        protocol.transport.pause_reading()
        assert state(protocol) == "fd=N read=idle write=<idle, bufsize=0>"
        protocol.transport.resume_reading()
        assert state(protocol) == "fd=N read=polling write=<idle, bufsize=0>"
        protocol.transport.write(bytes(TOO_MUCH))
        size = protocol.transport.get_write_buffer_size()
        assert state(protocol) == f"fd=N read=polling write=<polling, bufsize={size}>"
        protocol.transport.pause_reading()
        assert state(protocol) == f"fd=N read=idle write=<polling, bufsize={size}>"


@every_way
def test_states_of_an_ending_transport(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        protocol.transport.write(bytes(TOO_MUCH))
        size = protocol.transport.get_write_buffer_size()
        protocol.transport.close()
        assert state(protocol) == f"closing fd=N read=idle write=<polling, bufsize={size}>"
        protocol.transport.abort()
        assert state(protocol) == "closing fd=N read=idle write=<idle, bufsize=0>"
        run_iterations(loop)
        assert state(protocol) == "closed fd=N"


@every_way
def test_state_in_connection_made(loop: Loop, way: Way) -> None:
    seen: list[str] = []

    class Looking(Recorder):
        def note(self, event: str) -> None:
            seen.append(state(self))
            super().note(event)

    protocol = Looking()
    with connected(loop, protocol, way):
        protocol.transport.close()
        run_coroutine(loop, protocol.until_lost())
        # Reading begins after connection_made().
        assert seen == [
            "fd=N read=idle write=<idle, bufsize=0>",
            "closing fd=N read=idle write=<idle, bufsize=0>",
        ]


def test_state_after_the_loop_was_closed(loop: Loop) -> None:
    protocol = Recorder()

    async def connect() -> None:
        await loop.create_connection(lambda: protocol, sock=mine)

    mine, peer = socket.socketpair()
    with peer, mine:
        run_coroutine(loop, connect())
        loop.close()
        assert state(protocol) == "fd=N"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del protocol.transport
            gc.collect()
