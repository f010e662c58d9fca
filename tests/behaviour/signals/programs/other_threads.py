"""Programs with several threads that could take a signal; each prints what happened."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import FrameType

from support.chosen_loop import new_event_loop
from support.scenarios import run_scenario
from support.signals import early_wakes, send

WAITED_FOR = {signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD}


def sent_to_the_thread_of_a_loop() -> None:
    """Again and again, while that loop runs timers."""
    count, foreign = 0, 0

    def handler(_signum: int, _frame: FrameType | None) -> None:
        nonlocal count, foreign
        count += 1
        foreign += threading.current_thread() is not threading.main_thread()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2)
    for number in numbers:
        signal.signal(number, handler)
    loop = new_event_loop()

    outcome: list[int] = []
    thread = threading.Thread(target=lambda: outcome.append(loop.run_until_complete(early_wakes(10))))
    thread.start()
    while thread.is_alive():
        for number in numbers:
            if thread.is_alive() and thread.ident is not None:
                signal.pthread_kill(thread.ident, number)
        time.sleep(0.001)
    thread.join()
    loop.close()
    print("early", outcome, "handlers", count >= len(numbers), "foreign", foreign)


def main_thread_in_sigwait() -> None:
    """A loop in another thread sends the signals."""
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
    loop = new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def send_from_the_loop(number: int) -> None:
        send(number)

    for number in sorted(WAITED_FOR):
        asyncio.run_coroutine_threadsafe(send_from_the_loop(number), loop)
        print(signal.sigwait({number}) == number)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def sigwait_in_an_executor() -> None:
    """The loop sends the signals."""

    async def main() -> None:
        for number in sorted(WAITED_FOR):
            waiter = asyncio.create_task(asyncio.to_thread(signal.sigwait, {number}))
            await asyncio.sleep(0.01)
            send(number)
            print(await asyncio.wait_for(waiter, 30) == number)

    loop = new_event_loop()
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def mask_of_a_calling_thread() -> None:
    """Before a call into a loop, and after it."""
    blocked = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    loop = new_event_loop()

    def call() -> None:
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


def inherited_masks() -> None:
    """Of a child of the loop's, and of one of `subprocess` after it."""
    command = ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]

    def masks(printed: bytes) -> list[list[int]]:
        # The two signals that are not valid belong to the C library, which sets them up with the first thread.
        values = [int(line.split()[1], 16) for line in printed.splitlines()]
        return [[number for number in signal.valid_signals() if value >> (number - 1) & 1] for value in values]

    def inherited_now() -> list[list[int]]:
        return masks(subprocess.run(command, restore_signals=False, capture_output=True, check=False).stdout)

    async def inherited() -> list[list[int]]:
        process = await asyncio.create_subprocess_exec(*command, restore_signals=False, stdout=subprocess.PIPE)
        return masks((await process.communicate())[0])

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    before = inherited_now()
    blocked, ignored = before
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        same = runner.run(inherited()) == before
    print(same, signal.SIGUSR2 in blocked, {signal.SIGHUP, signal.SIGPIPE} <= {*ignored})
    print(inherited_now() == before)


def default_action_of_sigpipe() -> None:
    """Chosen before the first loop; the process ends by it after a run."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(asyncio.sleep(0.001))
    print(signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL, flush=True)
    reader, writer = os.pipe()
    os.close(reader)
    os.write(writer, b"x")


def stream_whose_peer_is_gone() -> None:
    """Written to until it fails."""
    signal.signal(signal.SIGPIPE, lambda _signum, _frame: print("SIGPIPE handler"))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    async def main() -> None:
        left, right = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=left)
        right.close()
        try:
            for _ in range(100):
                writer.write(b"x" * 100)
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            print("ConnectionError")
        writer.close()

    loop = new_event_loop()
    loop.run_until_complete(main())
    loop.close()


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[2:])
