"""Python's one wakeup descriptor, wanted by a running loop and by somebody else at the same time.

tests/behaviour/signals/test_add_signal_handler.py has the ordinary case: set before the run, there and in use after it.
"""

import pytest

from support.loop_kinds import LoopKind
from support.signal_programs import expect

USER = """
import socket
left, right = socket.socketpair()
left.setblocking(False)
right.setblocking(False)
def received():
    try:
        return left.recv(100)
    except BlockingIOError:
        return b""
signal.signal(signal.SIGUSR1, lambda signum, frame: None)
"""


def test_set_during_the_run_it_stays_and_gets_the_signals(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{USER}
async def main():
    signal.set_wakeup_fd(right.fileno())
    send_soon(signal.SIGUSR1, 0.05)
    await asyncio.sleep(0.3)
    print(received() == bytes([signal.SIGUSR1]), wakeup_fd() == right.fileno())
loop = new_event_loop()
loop.run_until_complete(main())
print(wakeup_fd() == right.fileno())
loop.run_until_complete(asyncio.sleep(0.01))
print(wakeup_fd() == right.fileno())
loop.close()
print(wakeup_fd() == right.fileno())
signal.set_wakeup_fd(-1)
""",
        "True True\nTrue\nTrue\nTrue\n",
    )


def test_set_and_reset_during_the_run_by_a_library_that_restores_what_it_found(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{USER}
noted = []
signal.signal(signal.SIGUSR1, lambda signum, frame: noted.append(was_prompt()))
async def main():
    found = signal.set_wakeup_fd(right.fileno())
    await asyncio.sleep(0.01)
    signal.set_wakeup_fd(found, warn_on_full_buffer=False)
    send_soon(signal.SIGUSR1, 0.05)
    await asyncio.sleep(0.3)
loop = new_event_loop()
loop.run_until_complete(main())
print(noted, wakeup_fd())
loop.close()
""",
        "[True] -1\n",
    )


def test_every_signal_of_a_storm_reaches_a_user_descriptor_set_before_the_run(kind: LoopKind) -> None:
    expect(
        kind,
        f"""
{USER}
signal.signal(signal.SIGUSR2, lambda signum, frame: None)
signal.set_wakeup_fd(right.fileno())
total = b""
async def main():
    global total
    for number in (signal.SIGUSR1, signal.SIGUSR2) * 50:
        send(number)
        await asyncio.sleep(0)
        total += received()
    deadline = time.monotonic() + 30
    while len(total) < 100 and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        total += received()
loop = new_event_loop()
loop.run_until_complete(main())
loop.close()
signal.set_wakeup_fd(-1)
print(total == bytes([signal.SIGUSR1, signal.SIGUSR2]) * 50)
""",
        "True\n",
    )


@pytest.mark.parametrize("trouble", ["full", "closed"])
def test_user_descriptor_in_trouble_disturbs_no_run(kind: LoopKind, trouble: str) -> None:
    """Full or closed by its owner, who asked for no warnings: the loop goes on, and hears of the signals."""
    expect(
        kind,
        f"""
{USER}
noted = []
def handler(signum, frame):
    noted.append(was_prompt())
    loop.call_soon_threadsafe(int)
signal.signal(signal.SIGUSR1, handler)
signal.set_wakeup_fd(right.fileno(), warn_on_full_buffer=False)
if {trouble!r} == "full":
    try:
        while True:
            right.send(b"x" * 1000)
    except BlockingIOError:
        pass
async def main():
    send_soon(signal.SIGUSR1, 0.1)
    await asyncio.sleep(0.3)
    return "complete"
loop = new_event_loop()
async def close_and_run():
    if {trouble!r} == "closed":
        signal.set_wakeup_fd(-1)
        right.close()
    return await main()
print(loop.run_until_complete(close_and_run()), noted)
loop.close()
signal.set_wakeup_fd(-1)
""",
        "complete [True]\n",
    )


def test_two_loops_one_with_handlers(kind: LoopKind) -> None:
    """The loop that has signal handlers owns the descriptor as in asyncio, before and after another one runs."""
    expect(
        kind,
        """
first, second = new_event_loop(), new_event_loop()
noted = []
first.add_signal_handler(signal.SIGUSR1, noted.append, "handler")
owned = wakeup_fd()
second.run_until_complete(asyncio.sleep(0.01))
print(wakeup_fd() == owned, owned >= 0)
send(signal.SIGUSR1)
first.run_until_complete(asyncio.sleep(0.05))
print(noted, wakeup_fd() == owned)
first.close()
print(wakeup_fd())
second.run_until_complete(asyncio.sleep(0.01))
second.close()
print(wakeup_fd())
""",
        "True True\n['handler'] True\n-1\n-1\n",
    )
