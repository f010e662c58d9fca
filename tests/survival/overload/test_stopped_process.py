"""SIGSTOP and SIGCONT: a process that was stopped goes on as if nothing had been, with everything due in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from support.loop_kinds import LoopKind

PROGRAM = """
import asyncio, signal, sys

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

ticks, signals = [], []

async def main():
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()
    loop.add_signal_handler(signal.SIGUSR1, signals.append, 1)
    loop.add_signal_handler(signal.SIGTERM, stopped.set_result, None)
    server = await loop.create_server(Echo, "127.0.0.1", 0)

    def tick(number, when):
        ticks.append((number, loop.time() - when))
        if not stopped.done():
            loop.call_at(when + 0.01, tick, number + 1, when + 0.01)

    tick(0, loop.time())
    executor = loop.run_in_executor(None, sys.stdin.readline)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped
    line = await executor
    numbers = [number for number, _ in ticks]
    assert numbers == list(range(len(ticks)))
    assert all(late >= -1e-8 for _, late in ticks)
    # A timer that was due while the process was stopped runs late, and is not lost.
    print(line.strip(), len(signals), max(late for _, late in ticks) > 0.3)
    server.close()
    await loop.shutdown_default_executor()

loop = new_event_loop()
loop.run_until_complete(main())
loop.close()
"""


def state(process: subprocess.Popen[str]) -> str:
    """The letter for the state of the process; T is stopped."""
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGSTOP)
    deadline = time.monotonic() + 30
    while state(process) != "T":
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_process_that_is_stopped_and_continued(kind: LoopKind) -> None:
    stops = 3
    command = [sys.executable, "-c", f"{kind.import_statement}\n{PROGRAM}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=os.environ) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            peers = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(50)]
            for _ in range(stops):
                for peer in peers:
                    peer.sendall(b"before ")
                stop(process)
                for peer in peers:
                    peer.sendall(b"stopped ")
                late = socket.create_connection(("127.0.0.1", port), 60)
                late.sendall(b"before stopped new ")
                process.send_signal(signal.SIGUSR1)
                time.sleep(0.5)
                assert state(process) == "T"
                process.send_signal(signal.SIGCONT)
                for peer in peers:
                    peer.sendall(b"new ")
                for peer in [*peers, late]:
                    received = b""
                    while len(received) < len(b"before stopped new "):
                        received += peer.recv(100)
                    assert received == b"before stopped new "
                late.close()
            process.send_signal(signal.SIGTERM)
            assert process.communicate("read\n", timeout=60) == (f"read {stops} True\n", "")
            assert process.returncode == 0
            for peer in peers:
                peer.close()
        finally:
            process.kill()
