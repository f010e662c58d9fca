"""The buffer of what the kernel has not taken: its limits and its exact size."""

import asyncio
import sys

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TOO_MUCH, Recorder, Way, connected, every_way, fill, receive


@every_way
def test_default_limits(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    with connected(loop, protocol, way):
        assert protocol.transport.get_write_buffer_limits() == (16 * 1024, 64 * 1024)
        assert protocol.transport.get_write_buffer_size() == 0


LIMITS: list[tuple[dict[str, int | None], tuple[int, int]]] = [
    ({}, (16384, 65536)),
    ({"high": 0}, (0, 0)),
    ({"high": 100}, (25, 100)),
    ({"low": 100}, (100, 400)),
    ({"low": 0}, (0, 0)),
    ({"high": 7, "low": 7}, (7, 7)),
    ({"high": 1000, "low": 0}, (0, 1000)),
    ({"high": None, "low": None}, (16384, 65536)),
    ({"high": 1 << 40, "low": 1 << 33}, (1 << 33, 1 << 40)),
]


@pytest.mark.parametrize(("limits", "expected"), LIMITS, ids=lambda value: str(value))
def test_limits_can_be_set(loop: Loop, limits: dict[str, int | None], expected: tuple[int, int]) -> None:
    protocol = Recorder()
    with connected(loop, protocol):
        protocol.transport.set_write_buffer_limits(high=1, low=1)
        protocol.transport.set_write_buffer_limits(**limits)
        assert protocol.transport.get_write_buffer_limits() == expected
        protocol.transport.set_write_buffer_limits(limits.get("high"), limits.get("low"))
        assert protocol.transport.get_write_buffer_limits() == expected


@pytest.mark.parametrize(("high", "low"), [(1, 2), (10, -1), (-1, None), (0, 1)])
def test_impossible_limits_are_refused(loop: Loop, high: int, low: int | None) -> None:
    protocol = Recorder()
    shown = low if low is not None else high // 4
    with connected(loop, protocol):
        text = rf"^high \({high}\) must be >= low \({shown}\) must be >= 0$"
        with pytest.raises(ValueError, match=text):
            protocol.transport.set_write_buffer_limits(high=high, low=low)
        assert protocol.transport.get_write_buffer_limits() == (16384, 65536)


@every_way
def test_what_the_kernel_takes_does_not_count(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        protocol.transport.set_write_buffer_limits(high=0)
        for size in (1, 100, 5000):
            protocol.transport.write(b"x" * size)
            assert protocol.transport.get_write_buffer_size() == 0
        await asyncio.sleep(0)
        protocol.transport.writelines([b"y", b"z"])
        assert protocol.transport.get_write_buffer_size() == 0
        await receive(peer, 5103)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made"]


@every_way
def test_small_writes_beyond_the_limit_in_one_callback_do_not_pause(loop: Loop, way: Way) -> None:
    protocol = Recorder()

    async def main() -> None:
        for _ in range(1100):
            protocol.transport.write(b"x" * 60)
        await receive(peer, 66_000)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert protocol.events == ["made"]


@every_way
def test_size_of_the_buffer_is_exact(loop: Loop, way: Way) -> None:
    protocol = Recorder()
    received = bytearray()

    async def main() -> None:
        transport = protocol.transport
        written = fill(transport, b"f" * 100_000)
        left = transport.get_write_buffer_size()
        assert 0 < left <= 100_000
        for size in (1, 1000, 70_000):
            transport.write(b"g" * size)
            left += size
            assert transport.get_write_buffer_size() == left
        transport.write(bytearray(10))
        transport.write(memoryview(b"0123456789")[3:5])
        assert transport.get_write_buffer_size() == left + 12
        received.extend(await receive(peer, written + 71_001 + 12))
        while transport.get_write_buffer_size():
            await asyncio.sleep(0)

    with connected(loop, protocol, way) as peer:
        run_coroutine(loop, main())
        assert received.endswith(b"g" * 71_001 + bytes(10) + b"34")
        assert set(received[: -71_001 - 12]) == set(b"f")


@every_way
def test_buffered_bytearray_may_change_after_it_was_written(loop: Loop, way: Way) -> None:
    if sys.version_info >= (3, 12):
        pytest.skip("from Python 3.12 on asyncio keeps views of what the kernel did not take at once")
    protocol = Recorder()

    async def main() -> bytes:
        data = bytearray(b"1" * TOO_MUCH)
        protocol.transport.write(data)
        data[:] = b"2" * len(data)
        data.clear()
        return await receive(peer, TOO_MUCH)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"1" * TOO_MUCH


def test_write_buffer_has_no_cap_of_its_own(loop: Loop) -> None:
    """Flow control is the protocol's affair: what does not fit is kept, however much it is."""
    protocol = Recorder()
    piece = bytes(range(256)) * (1 << 14)
    with connected(loop, protocol) as peer:
        for _ in range(20):
            protocol.transport.write(piece)
        protocol.transport.write(b"end")
        assert protocol.transport.get_write_buffer_size() > 64 << 20
        assert protocol.events == ["made", "pause"]

        async def main() -> None:
            for _ in range(20):
                assert await receive(peer, len(piece)) == piece
            assert await receive(peer, 3) == b"end"

        run_coroutine(loop, main())
        assert protocol.transport.get_write_buffer_size() == 0
