"""Signals that reach Python while a loop runs. Each program runs in a process of its own: signals are process-wide."""

import subprocess

from loop_kinds import LoopKind

# Programs print what happened; "promptly" is generous, since a busy machine may stop a process for seconds.
HELPERS = """
import asyncio, os, signal, sys, threading, time

PROMPT = 5.0

def send_soon(signum, delay=0.3):
    def send():
        time.sleep(delay)
        global sent
        sent = time.monotonic()
        os.kill(os.getpid(), signum)
    threading.Thread(target=send, daemon=True).start()

def was_prompt():
    return time.monotonic() - sent < PROMPT
"""


def run(kind: LoopKind, source: str) -> subprocess.CompletedProcess[str]:
    return kind.run_program(HELPERS + source)


def expect(kind: LoopKind, source: str, stdout: str) -> None:
    done = run(kind, source)
    assert (done.stdout, done.stderr, done.returncode) == (stdout, "", 0)


def test_interrupt_of_a_blocked_run(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
send_soon(signal.SIGINT)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted", was_prompt(), loop.is_running())
loop.call_soon(print, "usable")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
""",
        "interrupted True False\nusable\n",
    )


def test_interrupt_of_a_run_that_waits_for_a_timer(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.call_later(3600, print, "never")
send_soon(signal.SIGINT)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted", was_prompt())
loop.close()
""",
        "interrupted True\n",
    )


def test_interrupt_under_a_runner_cancels_the_main_task(kind: LoopKind) -> None:
    expect(
        kind,
        """
async def main():
    send_soon(signal.SIGINT)
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("cancelled", was_prompt())
        raise
try:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
except KeyboardInterrupt:
    print("interrupted", was_prompt())
""",
        "cancelled True\ninterrupted True\n",
    )


def test_interrupt_under_a_runner_while_another_thread_is_waited_for(kind: LoopKind) -> None:
    expect(
        kind,
        """
async def main():
    release = threading.Event()
    send_soon(signal.SIGINT)
    try:
        await asyncio.to_thread(release.wait, 3600)
    finally:
        release.set()
try:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
except KeyboardInterrupt:
    print("interrupted", was_prompt())
""",
        "interrupted True\n",
    )


def test_interrupt_of_a_loop_busy_with_python_callbacks(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def spin():
    loop.call_soon(spin)
spin()
send_soon(signal.SIGINT)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted", was_prompt())
loop.close()
""",
        "interrupted True\n",
    )


def test_interrupt_of_a_loop_busy_with_callbacks_written_in_c(kind: LoopKind) -> None:
    """No Python code runs that would notice the signal; the loop has to look for it."""
    expect(
        kind,
        """
import socket
loop = new_event_loop()
left, right = socket.socketpair()
right.send(b"never read")
loop.add_reader(left, int)
send_soon(signal.SIGINT)
try:
    loop.run_forever()
except KeyboardInterrupt:
    print("interrupted", was_prompt())
loop.close()
left.close()
right.close()
""",
        "interrupted True\n",
    )


def test_interrupt_from_the_terminal_ends_the_program_by_the_signal(kind: LoopKind) -> None:
    done = run(
        kind,
        """
async def main():
    send_soon(signal.SIGINT)
    await asyncio.sleep(3600)
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    runner.run(main())
""",
    )
    # What Python itself does with a KeyboardInterrupt that nobody catches.
    assert done.returncode == -2
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


def test_python_handler_runs_while_the_loop_is_blocked_and_the_run_goes_on(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def handler(signum, frame):
    print("handler", signum == signal.SIGUSR1, was_prompt())
    loop.call_soon_threadsafe(loop.call_later, 0.05, finish)
def finish():
    print("still running", loop.is_running())
    loop.stop()
signal.signal(signal.SIGUSR1, handler)
send_soon(signal.SIGUSR1)
loop.run_forever()
loop.close()
""",
        "handler True True\nstill running True\n",
    )


def test_python_handler_that_only_notes_the_signal_does_not_end_the_run(kind: LoopKind) -> None:
    expect(
        kind,
        """
noted = []
signal.signal(signal.SIGUSR1, lambda signum, frame: noted.append(was_prompt()))
async def main():
    send_soon(signal.SIGUSR1, 0.1)
    await asyncio.sleep(0.6)
    return "complete"
loop = new_event_loop()
print(loop.run_until_complete(main()), noted)
loop.close()
""",
        "complete [True]\n",
    )


def test_python_handler_that_raises_ends_the_run(kind: LoopKind) -> None:
    expect(
        kind,
        """
def handler(signum, frame):
    raise ZeroDivisionError("in the handler")
signal.signal(signal.SIGUSR1, handler)
loop = new_event_loop()
send_soon(signal.SIGUSR1)
try:
    loop.run_forever()
except ZeroDivisionError as error:
    print(error, was_prompt(), loop.is_running())
loop.call_soon(print, "usable")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
""",
        "in the handler True False\nusable\n",
    )


def test_storm_of_signals_makes_no_timer_early_and_no_run_end(kind: LoopKind) -> None:
    expect(
        kind,
        """
count = 0
def handler(signum, frame):
    global count
    count += 1
signal.signal(signal.SIGALRM, handler)
async def main():
    early = 0
    for _ in range(20):
        start = time.monotonic()
        await asyncio.sleep(0.02)
        early += time.monotonic() < start + 0.02
    return early
loop = new_event_loop()
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
early = loop.run_until_complete(main())
signal.setitimer(signal.ITIMER_REAL, 0)
loop.close()
print("early", early, "signals", count > 20)
""",
        "early 0 signals True\n",
    )


def test_ignored_signal_changes_nothing(kind: LoopKind) -> None:
    expect(
        kind,
        """
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
async def main():
    send_soon(signal.SIGUSR1, 0.05)
    await asyncio.sleep(0.3)
    return "complete"
loop = new_event_loop()
print(loop.run_until_complete(main()))
loop.close()
""",
        "complete\n",
    )


def test_default_action_of_a_signal_still_ends_the_process(kind: LoopKind) -> None:
    done = run(
        kind,
        """
loop = new_event_loop()
send_soon(signal.SIGTERM)
loop.run_forever()
""",
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", -15)


def test_signal_actions_are_those_of_plain_python(kind: LoopKind) -> None:
    """Making and running a loop leaves every handler and the signal mask as they were."""
    expect(
        kind,
        """
def actions():
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    status = open("/proc/self/status").read().splitlines()
    masks = [line for line in status if line.startswith(("SigBlk", "SigIgn"))]
    return handlers, masks
before = actions()
loop = new_event_loop()
loop.call_soon(loop.stop)
loop.run_forever()
print(actions() == before)
loop.close()
print(actions() == before)
""",
        "True\nTrue\n",
    )


def test_loop_in_another_thread_leaves_interrupts_to_the_main_thread(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
thread = threading.Thread(target=loop.run_forever)
thread.start()
send_soon(signal.SIGINT)
try:
    while True:
        time.sleep(3600)
except KeyboardInterrupt:
    print("interrupted", was_prompt(), loop.is_running())
loop.call_soon_threadsafe(loop.stop)
thread.join()
loop.close()
""",
        "interrupted True True\n",
    )
