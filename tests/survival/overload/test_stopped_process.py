"""SIGSTOP and SIGCONT: a process that was stopped goes on as if nothing had been, with everything due in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from support.loop_kinds import LoopKind
from support.project import path_with_tests


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
    command = [sys.executable, "-m", "survival.overload.programs.stopped_process", kind.name]
    environment = {**os.environ, "PYTHONPATH": path_with_tests()}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
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
