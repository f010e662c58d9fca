"""What was read last decides how the next read is made, and must not decide what it brings."""

import random

import pytest

from support.loop_kinds import Loop, run_coroutine
from support.peers.streams import TCP_ACCEPTED, UNIX_ACCEPTED, Recorder, Way, connected

SIZES = [5000, 5000, 5001, 4999, 4096, 4095, 16_383, 16_384, 16_385, 1, 9000, 200_000, 9000, 40_000, 3, 12_000, 12_000]


@pytest.mark.parametrize("way", [TCP_ACCEPTED, UNIX_ACCEPTED], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_messages_of_changing_sizes(loop: Loop, way: Way, seed: int) -> None:
    protocol = Recorder()
    chance = random.Random(seed)
    sizes = [*SIZES, *(chance.randrange(1, 20_000) for _ in range(40))]
    if seed:
        chance.shuffle(sizes)
    messages = [chance.randbytes(size) for size in sizes]

    async def main() -> bytes:
        total = 0
        for message in messages:
            await loop.sock_sendall(peer, message)
            total += len(message)
            await protocol.until_received(total)
        return bytes(protocol.data)

    with connected(loop, protocol, way) as peer:
        assert run_coroutine(loop, main()) == b"".join(messages)
