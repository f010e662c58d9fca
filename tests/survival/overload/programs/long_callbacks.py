"""A callback blocks while timers, signals, another thread and peers ask for the loop: all are served afterwards.

Arguments: the kind of loop, the seconds for which it blocks, and the calls that the other thread makes meanwhile.
"""

import asyncio
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from support.chosen_loop import new_event_loop
from survival.overload.programs.limits import nothing_left
from survival.overload.programs.protocols import Echo

seconds, calls_of_thread = float(sys.argv[2]), int(sys.argv[3])
seen = {"python": 0, "loop": 0}
timers: list[tuple[float, float]] = []
calls: list[int] = []
echoes: list[bytes] = []
started, sent = threading.Event(), threading.Event()


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def note_python(_signum: int, _frame: object) -> None:
    seen["python"] += 1


def note_loop() -> None:
    seen["loop"] += 1


def meanwhile(
    loop: asyncio.AbstractEventLoop, address: Any, peers: list[socket.socket], done: asyncio.Future[None]
) -> None:
    # The loop is blocked by now, and stays it until long after.
    started.wait()
    for number in range(calls_of_thread):
        loop.call_soon_threadsafe(calls.append, number)
    for peer in peers:
        peer.sendall(b"meanwhile")
    late = [socket.create_connection(address) for _ in range(20)]
    for peer in late:
        peer.sendall(b"meanwhile")
    os.kill(os.getpid(), signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR2)
    sent.set()
    for peer in peers + late:
        with peer:
            peer.settimeout(100)
            echoes.append(peer.recv(100))
    loop.call_soon_threadsafe(done.set_result, None)


async def block_and_look(block: Callable[[float], object]) -> None:
    loop = asyncio.get_running_loop()
    seen.update(python=0, loop=0)
    timers.clear()
    calls.clear()
    echoes.clear()
    started.clear()
    sent.clear()
    with nothing_left():
        server = await loop.create_server(Echo, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        peers = [socket.create_connection(address) for _ in range(50)]
        await asyncio.sleep(0.1)
        done = loop.create_future()
        thread = threading.Thread(target=meanwhile, args=(loop, address, peers, done), daemon=True)
        thread.start()
        base = loop.time()
        choice = random.Random(5)
        delays = [choice.random() * seconds * 1.5 for _ in range(2000)]
        for delay in delays:
            loop.call_at(base + delay, lambda when: timers.append((when, loop.time())), base + delay)
        started.set()
        block(seconds)
        assert sent.is_set()
        assert not calls
        assert not echoes
        assert not timers
        end = loop.time()
        await done
        while len(timers) < len(delays) or not seen["loop"]:
            await asyncio.sleep(0.01)
        thread.join()
        server.close()
        await asyncio.sleep(0.1)
    assert end - base >= seconds
    assert [when for when, _ in timers] == sorted(base + delay for delay in delays)
    assert all(ran >= when - 1e-8 for when, ran in timers)
    assert calls == list(range(calls_of_thread))
    assert echoes == [b"meanwhile"] * 70
    assert seen == {"python": 1, "loop": 1}, seen


def main() -> None:
    loop = new_event_loop()
    signal.signal(signal.SIGUSR1, note_python)
    loop.add_signal_handler(signal.SIGUSR2, note_loop)
    for block in (time.sleep, spin):
        loop.run_until_complete(block_and_look(block))
    loop.close()
    print("all served")


if __name__ == "__main__":
    main()
