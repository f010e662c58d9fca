"""Transports that have outlived their loop: they refuse with asyncio's error, and touch nothing of another loop."""

import asyncio
import gc
import socket

import pytest

from support.loop_kinds import LoopKind


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_stream_refuses_to_resume_and_to_wait_for_room(kind: LoopKind) -> None:
    loop = kind.new_event_loop()
    ours, theirs = socket.socketpair()
    transport, _ = loop.run_until_complete(loop.create_connection(asyncio.Protocol, sock=ours))
    loop.run_until_complete(asyncio.sleep(0))
    transport.pause_reading()
    loop.close()
    other = kind.new_event_loop()  # its descriptors have the numbers of the closed loop's
    try:
        with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
            transport.resume_reading()
        with pytest.raises(RuntimeError, match=r"^Event loop is closed$"):
            transport.write(bytes(10 << 20))
        assert other.run_until_complete(asyncio.sleep(0, "alive")) == "alive"
        assert len(theirs.recv(100)) == 100
    finally:
        other.close()
        theirs.close()
        del transport
        gc.collect()  # its warning is to come here, not in another test


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_datagram_transport_still_sends(kind: LoopKind) -> None:
    loop = kind.new_event_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        remote = peer.getsockname()
        transport, _ = loop.run_until_complete(
            loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=remote)
        )
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        other = kind.new_event_loop()
        try:
            transport.sendto(b"after the end")
            assert peer.recv(100) == b"after the end"
            assert other.run_until_complete(asyncio.sleep(0, "alive")) == "alive"
        finally:
            other.close()
            del transport
            gc.collect()  # its warning is to come here, not in another test
