"""A callback that blocks for seconds: timers, signals, threads and I/O of that time are all served afterwards."""

from support.loop_kinds import ASYNCIO, LoopKind
from survival.overload.overload_programs import FULL, expect

SECONDS = 10 if FULL else 2

PROGRAM = """
import asyncio, hashlib, random, signal, socket, sys

seconds, calls_of_thread = float(sys.argv[1]), int(sys.argv[2])
seen = {"python": 0, "loop": 0}
timers, calls, echoes = [], [], []

def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

def note_python(signum, frame):
    seen["python"] += 1

def note_loop():
    seen["loop"] += 1

def meanwhile(loop, address, peers, done):
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

async def main(block):
    loop = asyncio.get_running_loop()
    seen.update(python=0, loop=0)
    for kept in (timers, calls, echoes):
        kept.clear()
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
        assert sent.wait(0) and not calls and not echoes and not timers
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

started, sent = threading.Event(), threading.Event()
loop = new_event_loop()
signal.signal(signal.SIGUSR1, note_python)
loop.add_signal_handler(signal.SIGUSR2, note_loop)
for block in (time.sleep, spin):
    loop.run_until_complete(main(block))
loop.close()
print("all served")
"""


def test_callback_that_blocks(kind: LoopKind) -> None:
    # A few hundred wakeups fill asyncio's pipe, and a signal that finds it full is lost; ours is for signals alone.
    expect(kind, PROGRAM, "all served\n", SECONDS, 100 if kind is ASYNCIO else 1000)
