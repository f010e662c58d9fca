"""Both ends of a pipe are transports of one loop."""

import asyncio
import os

from support.loop_kinds import Loop


def test_bytes_travel_through_a_pipe(loop: Loop) -> None:
    data = bytes(range(256)) * 2000

    async def main() -> None:
        read_end, write_end = os.pipe()
        reader = asyncio.StreamReader()
        read_transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
        )
        write_transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(write_end, "wb", 0)
        )
        writer = asyncio.StreamWriter(write_transport, protocol, None, loop)
        for start in range(0, len(data), 50_000):
            writer.write(data[start : start + 50_000])
        received = await reader.readexactly(len(data))
        write_transport.close()
        assert await reader.read() == b""
        read_transport.close()
        await asyncio.sleep(0)
        assert received == data

    loop.run_until_complete(main())


def test_writer_of_a_pipe_hears_that_the_reader_is_gone(loop: Loop) -> None:
    class Writer(asyncio.BaseProtocol):
        def __init__(self) -> None:
            self.lost = loop.create_future()

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(exc)

    async def main() -> None:
        read_end, write_end = os.pipe()
        transport, protocol = await loop.connect_write_pipe(Writer, os.fdopen(write_end, "wb", 0))
        os.close(read_end)
        # Nothing was waiting to be written, so nothing is lost: no exception.
        assert await protocol.lost is None
        assert transport.is_closing()

    loop.run_until_complete(main())
