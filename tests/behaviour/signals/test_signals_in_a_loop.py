"""Signals while a loop runs: Python-level handlers, default actions, and what a loop leaves as it was."""

from support.loop_kinds import LoopKind
from support.signal_programs import expect, run_signal_program


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
    done = run_signal_program(
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
import pathlib
def actions():
    facts = {number: signal.getsignal(number) for number in signal.valid_signals()}
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        name, _, mask = line.partition(":")
        if name in ("SigBlk", "SigIgn"):
            # The two signals that are not valid belong to the C library, which sets them up with the first thread.
            facts[name] = tuple(number for number in signal.valid_signals() if int(mask, 16) >> (number - 1) & 1)
    return facts.items()
before = actions()
loop = new_event_loop()
loop.call_soon(loop.stop)
loop.run_forever()
print(before ^ actions())
loop.close()
print(before ^ actions())
""",
        "set()\nset()\n",
    )
