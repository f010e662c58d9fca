"""What would make the parts of TLS and of accepting use memory that is not theirs, or lose data without a word."""

import asyncio
from typing import Any

import pytest

from support.loop_kinds import PYLOOP
from support.peers.tls import TlsEcho, TlsRecorder, client_context, server_context
from support.program_runs import Run

FORMER_CRASHES = "survival.misuse.programs.former_tls_crashes"


@pytest.mark.parametrize(
    "function",
    [
        "wrong_counts_of_written_bytes",
        "loop_closed_between_small_and_large_records",
        "transport_freed_while_it_sends",
        "transport_class_replaced_by_a_factory",
        "descriptors_of_no_file",
    ],
)
def test_no_crash(run_module: Run, function: str) -> None:
    done = run_module(FORMER_CRASHES, function)
    assert done.returncode == 0, done.stderr[-3000:]


def test_an_error_when_writing_is_resumed_ends_the_connection() -> None:
    """Nobody knows what of the waiting data was sent, so it must not be sent again."""

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(TlsEcho, "127.0.0.1", 0, ssl=server_context())
        address = server.sockets[0].getsockname()
        transport, recorder = await loop.create_connection(
            TlsRecorder, *address, ssl=client_context(), server_hostname="localhost"
        )
        protocol: Any = transport._ssl_protocol  # type: ignore[attr-defined]
        protocol._ssl_writing_paused = True
        transport.write(b"data")
        assert protocol._write_backlog

        def fail(_data: bytes) -> int:
            raise MemoryError("no memory")

        protocol._write_records = fail
        protocol.resume_writing()
        await recorder.lost
        assert isinstance(recorder.error, MemoryError)
        server.close()
        await server.wait_closed()

    loop: Any = PYLOOP.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.run_until_complete(scenario())
    loop.close()
