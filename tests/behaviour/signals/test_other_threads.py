"""Signals where more than one thread could take them: loops outside the main thread, sigwait, masks, SIGPIPE."""

import subprocess
from collections.abc import Callable

from support.loop_kinds import LoopKind
from support.signal_programs import expect

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_signals_sent_to_the_thread_of_a_loop_run_their_handlers_in_the_main_thread(kind: LoopKind) -> None:
    """The wait of that loop is interrupted again and again, and must go on without ending or waking early."""
    expect(
        kind,
        """
count, foreign = 0, 0
def handler(signum, frame):
    global count, foreign
    count += 1
    foreign += threading.current_thread() is not threading.main_thread()
numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2)
for number in numbers:
    signal.signal(number, handler)
loop = new_event_loop()
async def main():
    early = 0
    for _ in range(10):
        start = time.monotonic()
        await asyncio.sleep(0.02)
        early += time.monotonic() < start + 0.02
    return early
outcome = []
thread = threading.Thread(target=lambda: outcome.append(loop.run_until_complete(main())))
thread.start()
while thread.is_alive():
    for number in numbers:
        if thread.is_alive():
            signal.pthread_kill(thread.ident, number)
    time.sleep(0.001)
thread.join()
loop.close()
print("early", outcome, "handlers", count >= len(numbers), "foreign", foreign)
""",
        "early [0] handlers True foreign 0\n",
    )


def test_main_thread_in_sigwait_while_a_loop_runs_in_another(kind: LoopKind) -> None:
    expect(
        kind,
        """
numbers = {signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
loop = new_event_loop()
thread = threading.Thread(target=loop.run_forever)
thread.start()
async def send_from_the_loop(number):
    send(number)
for number in sorted(numbers):
    asyncio.run_coroutine_threadsafe(send_from_the_loop(number), loop)
    print(signal.sigwait({number}) == number)
loop.call_soon_threadsafe(loop.stop)
thread.join()
loop.close()
""",
        "True\n" * 4,
    )


def test_sigwait_in_an_executor_while_the_loop_runs(kind: LoopKind) -> None:
    expect(
        kind,
        """
numbers = {signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD}
async def main():
    for number in sorted(numbers):
        waiter = asyncio.create_task(asyncio.to_thread(signal.sigwait, {number}))
        await asyncio.sleep(0.01)
        send(number)
        print(await asyncio.wait_for(waiter, 30) == number)
loop = new_event_loop()
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
loop.run_until_complete(main())
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
""",
        "True\n" * 4,
    )


def test_calling_a_loop_from_a_thread_leaves_that_threads_mask_alone(kind: LoopKind) -> None:
    expect(
        kind,
        """
blocked = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
loop = new_event_loop()
def call():
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    loop.call_soon_threadsafe(loop.stop)
    after = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    print(before == after == blocked, len(before) > 50)
thread = threading.Thread(target=call)
thread.start()
thread.join()
loop.run_forever()
loop.close()
""",
        "True True\n",
    )


def test_programs_inherit_the_same_ignored_and_blocked_signals_from_a_loop(kind: LoopKind) -> None:
    expect(
        kind,
        """
import subprocess
COMMAND = ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]
def masks(printed):
    # The two signals that are not valid belong to the C library, which sets them up with the first thread.
    values = [int(line.split()[1], 16) for line in printed.splitlines()]
    return [[number for number in signal.valid_signals() if value >> (number - 1) & 1] for value in values]
def inherited_now():
    return masks(subprocess.run(COMMAND, restore_signals=False, capture_output=True).stdout)
async def inherited():
    process = await asyncio.create_subprocess_exec(*COMMAND, restore_signals=False, stdout=subprocess.PIPE)
    return masks((await process.communicate())[0])
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
signal.signal(signal.SIGHUP, signal.SIG_IGN)
before = inherited_now()
blocked, ignored = before
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(inherited()) == before, signal.SIGUSR2 in blocked, {signal.SIGHUP, signal.SIGPIPE} <= {*ignored})
print(inherited_now() == before)
""",
        "True True True\nTrue\n",
    )


def test_default_action_of_sigpipe_chosen_by_the_user_stays(run: Run) -> None:
    """Like a filter in a shell, which ends quietly when nobody reads any more."""
    code = """
import asyncio, os, signal
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
from data_bridge.pyloop import new_event_loop
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    runner.run(asyncio.sleep(0.001))
print(signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL, flush=True)
reader, writer = os.pipe()
os.close(reader)
os.write(writer, b"x")
"""
    import signal

    result = run(code)
    assert (result.returncode, result.stdout, result.stderr) == (-signal.SIGPIPE, "True\n", ""), result


def test_stream_whose_peer_is_gone_gets_an_exception_not_a_signal(kind: LoopKind) -> None:
    expect(
        kind,
        """
import socket
signal.signal(signal.SIGPIPE, lambda signum, frame: print("SIGPIPE handler"))
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
async def main():
    left, right = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=left)
    right.close()
    try:
        for _ in range(100):
            writer.write(b"x" * 100)
            await writer.drain()
            await asyncio.sleep(0)
    except ConnectionError as error:
        print("ConnectionError")
    writer.close()
loop = new_event_loop()
loop.run_until_complete(main())
loop.close()
""",
        "ConnectionError\n",
    )
