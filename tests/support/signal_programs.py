"""Programs about signals. Each runs in a process of its own: signals are process-wide."""

from support.loop_kinds import Done, LoopKind, assert_printed

# Programs print what happened; "prompt" is generous, since a busy machine may stop a process for seconds.
HELPERS = """
import asyncio, os, signal, sys, threading, time

PROMPT = 5.0

def send(signum):
    os.kill(os.getpid(), signum)

def send_soon(signum, delay=0.3):
    def wait_and_send():
        time.sleep(delay)
        global sent
        sent = time.monotonic()
        send(signum)
    threading.Thread(target=wait_and_send, daemon=True).start()

def was_prompt():
    return time.monotonic() - sent < PROMPT

def finish_with(loop, *texts):
    print(*texts)
    loop.stop()

def wakeup_fd():
    fd = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    return fd
"""


def run_signal_program(kind: LoopKind, source: str) -> Done:
    """Run a program with the helpers above."""
    return kind.run_program(HELPERS + source)


def expect(kind: LoopKind, source: str, stdout: str) -> None:
    """Run a program that must print this, write no errors and end well."""
    assert_printed(run_signal_program(kind, source), stdout)
