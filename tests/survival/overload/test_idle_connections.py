"""Thousands of connections that say nothing: all are held, the others are served, and nothing of them stays."""

import json
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loop_kinds import LoopKind
from survival.leaks.leak_reports import ALLOWED_BYTES
from survival.overload.overload_programs import FULL, run

WANTED = 20_000 if FULL else 1_000
# Descriptors of a process for other purposes.
OTHERS = 100
# Far more than either loop takes; a leak of the sizes a connection handles, such as its read buffer, exceeds it.
MOST_BYTES_PER_CONNECTION = 64 * 1024

# Run in a process of its own: the limit of descriptors is one of the process.
CLIENT = """
import socket, sys, time
path, count = sys.argv[1], int(sys.argv[2])
peers = []
for _ in range(count):
    peers.append(socket.socket(socket.AF_UNIX))
    peers[-1].connect(path)
print("connected", flush=True)
for line in sys.stdin:
    for peer in peers[::int(line)]:
        peer.sendall(b"still there?")
    for peer in peers[::int(line)]:
        assert peer.recv(100) == b"still there?"
    print("served", flush=True)
"""

SERVER = """
import asyncio, json, subprocess, sys

path, count, client = sys.argv[1], int(sys.argv[2]), sys.argv[3]
alive = set()

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        alive.add(self)

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, exc):
        assert exc is None
        alive.remove(self)

async def told(child, text):
    line = await child.stdout.readline()
    assert line == text.encode() + b"\\n", line

async def storm():
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(Echo, path, backlog=1000)
    before = resident_bytes()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", client, path, str(count), stdin=-1, stdout=-1)
    await told(child, "connected")
    while len(alive) < count:
        await asyncio.sleep(0.01)
    gc.collect()
    held = resident_bytes() - before
    # Nobody says anything, and the loop has nothing to do.
    used = time.process_time()
    for _ in range(50):
        await asyncio.sleep(0.01)
    used = time.process_time() - used
    for step in (97, 1):
        child.stdin.write(b"%d\\n" % step)
        await told(child, "served")
    assert len(alive) == count
    child.kill()
    await child.wait()
    while alive:
        await asyncio.sleep(0.01)
    server.close()
    await asyncio.sleep(0.1)
    gc.collect()
    return {"held": held, "idle CPU seconds": round(used, 3), "kept": resident_bytes() - before}

def run_storm():
    loop = new_event_loop()
    report = loop.run_until_complete(asyncio.wait_for(storm(), 120))
    loop.close()
    return report

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
new_event_loop().close()
with nothing_left():
    reports = [run_storm()]
    if os.path.exists(path):  # asyncio removes it from 3.13 on
        os.unlink(path)
    reports.append(run_storm())
print(json.dumps(reports))
"""


def test_idle_connections(kind: LoopKind, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    possible = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHERS
    count = min(WANTED, possible)
    if count < 1_000:
        pytest.skip(f"the hard limit of descriptors lets a process have {possible} connections; the test wants 1,000")
    done = run(kind, SERVER, tmp_path / "socket", count, CLIENT)
    assert (done.stderr, done.returncode) == ("", 0)
    first, second = json.loads(done.stdout)
    facts = {
        "connections": count,
        "bytes per connection": first["held"] // count,
        "idle CPU seconds": first["idle CPU seconds"],
        "bytes kept by the second round": second["kept"],
    }
    for name, value in facts.items():
        record_property(name, value)
    print(kind, facts)
    assert first["held"] < count * MOST_BYTES_PER_CONNECTION
    # The first round's memory serves the second: what is not given back is at least used again.
    assert second["kept"] < max(count * 4096, ALLOWED_BYTES)
