"""KeyboardInterrupt while a loop is blocked, busy, or runs in another thread."""

from support.loop_kinds import LoopKind
from support.signal_programs import expect, run_signal_program


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
    done = run_signal_program(
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
