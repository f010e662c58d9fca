"""Signals that come while a loop waits, just before it waits, and while its queue holds callbacks written in C only.

tests/behaviour/signals/test_signals_in_a_loop.py and test_interrupts.py have the ordinary cases of these.
"""

import pytest

from support.loop_kinds import LoopKind
from support.signal_programs import expect

NAMES = ["SIGINT", "SIGTERM", "SIGCHLD", "SIGUSR1", "SIGUSR2"]
# Raises the signal in C: no Python code runs between it and what the loop does next.
RAISE = """
import ctypes, functools
raise_in_c = ctypes.CDLL(None)["raise"]
class Interrupt(KeyboardInterrupt):
    pass
def interrupt(signum, frame):
    raise Interrupt(signum)
"""
# As on a busy machine: all timers come due at once.
LATE = "loop.call_later(0.01, time.sleep, 0.2)"
# A callback that schedules itself, all of it C code if call_soon is.
CHAIN = """
def chain(loop):
    link = functools.partial(int)
    link.__setstate__((loop.call_soon, (link,), {}, {}))
    return link
"""


def test_every_signal_reaches_its_handler_while_the_loop_is_blocked(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
loop = new_event_loop()
for name in {NAMES}:
    noted = []
    def handler(signum, frame):
        noted.append((signal.Signals(signum).name, was_prompt()))
        loop.call_soon_threadsafe(loop.stop)
    signal.signal(signal.Signals[name], handler)
    send_soon(signal.Signals[name], 0.1)
    loop.run_forever()
    print(noted)
loop.close()
""",
        "".join(f"[({name!r}, True)]\n" for name in NAMES),
    )


def test_every_signal_can_end_a_blocked_run_by_an_exception(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{RAISE}
loop = new_event_loop()
for name in {NAMES}:
    signal.signal(signal.Signals[name], interrupt)
    send_soon(signal.Signals[name], 0.1)
    try:
        loop.run_forever()
    except Interrupt as error:
        print(signal.Signals(error.args[0]).name, was_prompt(), loop.is_running())
    print(loop.run_until_complete(asyncio.sleep(0.001, "usable")))
loop.close()
""",
        "".join(f"{name} True False\nusable\n" for name in NAMES),
    )


def test_signal_between_the_last_callback_and_the_wait(kind: LoopKind) -> None:
    """Nothing interrupts the wait: the signal came before it, and nobody has looked since."""
    expect(
        kind,
        f"""
{RAISE}
loop = new_event_loop()
for name in {NAMES}:
    signal.signal(signal.Signals[name], interrupt)
    loop.call_soon(raise_in_c, int(signal.Signals[name]))
    timer = loop.call_later(60, print, "too late")
    start = time.monotonic()
    try:
        loop.run_forever()
    except Interrupt as error:
        print(signal.Signals(error.args[0]).name, time.monotonic() - start < 30)
    timer.cancel()
loop.close()
""",
        "".join(f"{name} True\n" for name in NAMES),
    )


def test_signal_before_the_run_ends_the_run(kind: LoopKind) -> None:
    """It is pending when the run starts, because this thread blocked it until then."""
    expect(
        kind,
        f"""
{RAISE}
signal.signal(signal.SIGUSR1, interrupt)
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGUSR1}})
send(signal.SIGUSR1)
unblock = ctypes.CDLL(None).pthread_sigmask
empty = (ctypes.c_ubyte * 128)()
loop = new_event_loop()
loop.call_soon(unblock, signal.SIG_SETMASK, empty, None)
loop.call_later(60, print, "too late")
start = time.monotonic()
try:
    loop.run_forever()
except Interrupt:
    print("interrupted", time.monotonic() - start < 30)
loop.close()
""",
        "interrupted True\n",
    )


def test_every_signal_reaches_a_loop_busy_with_c_only(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{RAISE}{CHAIN}
loop = new_event_loop()
loop.call_soon(chain(loop))
for name in {NAMES}:
    signal.signal(signal.Signals[name], interrupt)
    send_soon(signal.Signals[name], 0.1)
    try:
        loop.run_forever()
    except Interrupt as error:
        print(signal.Signals(error.args[0]).name, was_prompt())
loop.close()
""",
        "".join(f"{name} True\n" for name in NAMES),
    )


def test_handlers_that_raise_lose_and_repeat_no_callback(kind: LoopKind) -> None:
    """Signals raised by callbacks in C, in the middle of a queue of C-only callbacks, each of which leaves the run."""
    expect(
        kind,
        f"""
{RAISE}
signal.signal(signal.SIGUSR1, interrupt)
loop = new_event_loop()
results, interrupts = [], 0
for number in range(5000):
    loop.call_soon(loop.call_soon, results.append, number)
    if number % 500 == 250:
        loop.call_soon(raise_in_c, int(signal.SIGUSR1))
        loop.call_soon(loop.call_soon, raise_in_c, int(signal.SIGUSR1))
loop.call_soon(loop.call_soon, loop.call_soon, loop.call_soon, loop.stop)
while len(results) < 5000:
    try:
        loop.run_forever()
    except Interrupt:
        interrupts += 1
print(results == list(range(5000)), interrupts > 1)
loop.close()
""",
        "True True\n",
    )


@pytest.mark.parametrize("late", ["", LATE], ids=["prompt", "late"])
def test_handler_that_raises_leaves_tasks_and_timers_intact(kind: LoopKind, late: str) -> None:
    expect(
        kind,
        f"""
{RAISE}
signal.signal(signal.SIGUSR1, interrupt)
loop = new_event_loop()
async def worker(number):
    await asyncio.sleep(0.05 * (number % 3))
    return number
async def main():
    return sum(await asyncio.gather(*map(worker, range(300))))
task = loop.create_task(main())
loop.call_soon(raise_in_c, int(signal.SIGUSR1))
loop.call_later(0.02, raise_in_c, int(signal.SIGUSR1))
{late}
interrupts = 0
while not task.done():
    try:
        loop.run_until_complete(task)
    except Interrupt:
        interrupts += 1
# On a slow machine both signals may be there before anybody looks.
print(interrupts in (1, 2), task.result() == sum(range(300)))
loop.close()
""",
        "True True\n",
    )


def test_handler_that_raises_after_a_callback_in_c_costs_no_other_callback(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{RAISE}
signal.signal(signal.SIGUSR1, interrupt)
loop = new_event_loop()
def note(text):
    print(text)
def run():
    try:
        loop.run_forever()
    except Interrupt:
        print("interrupted")
loop.call_soon(note, "before")
loop.call_soon(raise_in_c, int(signal.SIGUSR1))
loop.call_soon(note, "after")
loop.call_soon(loop.stop)
run()
run()
loop.call_later(0.01, raise_in_c, int(signal.SIGUSR1))
{LATE}
for _ in range(50):
    loop.call_later(0.02, int)
loop.call_later(0.02, note, "timer")
loop.call_later(0.03, loop.stop)
run()
run()
loop.close()
""",
        "before\ninterrupted\nafter\ninterrupted\ntimer\n",
    )


def test_error_of_a_handler_is_that_of_the_callback_in_which_the_signal_came(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{RAISE}
def fail(signum, frame):
    raise ValueError("from the handler")
signal.signal(signal.SIGUSR1, fail)
loop = new_event_loop()
def report(loop, context):
    print(type(context["handle"]).__name__ == "Handle", repr(context["exception"]))
loop.set_exception_handler(report)
loop.call_soon(raise_in_c, int(signal.SIGUSR1))
loop.call_soon(print, "goes on")
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
""",
        "True ValueError('from the handler')\ngoes on\n",
    )
