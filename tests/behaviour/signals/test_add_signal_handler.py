"""add_signal_handler, and the wakeup file descriptor that it needs."""

from support.loop_kinds import LoopKind
from support.signal_programs import expect


def test_handler_runs_in_the_loop_with_its_arguments(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called", 1)
send_soon(signal.SIGUSR1)
loop.run_forever()
loop.close()
""",
        "called 1\n",
    )


def test_handler_runs_while_the_loop_is_busy(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def spin():
    loop.call_soon(spin)
spin()
loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called")
send_soon(signal.SIGUSR1)
loop.run_forever()
loop.close()
""",
        "called\n",
    )


def test_signal_before_the_run_is_handled_in_the_run(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "called")
send(signal.SIGUSR1)
print("not yet")
loop.run_forever()
loop.close()
""",
        "not yet\ncalled\n",
    )


def test_several_signals_each_reach_their_handler(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
seen = []
def note(name):
    seen.append(name)
    if len(seen) == 3:
        loop.stop()
for name in ("SIGUSR1", "SIGUSR2", "SIGTERM"):
    loop.add_signal_handler(getattr(signal, name), note, name)
for name in ("SIGUSR1", "SIGUSR2", "SIGTERM"):
    loop.call_later(0.01, send, getattr(signal, name))
loop.run_forever()
loop.close()
print(sorted(seen))
""",
        "['SIGTERM', 'SIGUSR1', 'SIGUSR2']\n",
    )


def test_handler_for_interrupts_replaces_keyboard_interrupt(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.add_signal_handler(signal.SIGINT, finish_with, loop, "graceful")
send_soon(signal.SIGINT)
loop.run_forever()
print(loop.remove_signal_handler(signal.SIGINT), signal.getsignal(signal.SIGINT) is signal.default_int_handler)
loop.close()
""",
        "graceful\nTrue True\n",
    )


def test_new_handler_replaces_the_old_one(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "old")
loop.add_signal_handler(signal.SIGUSR1, finish_with, loop, "new")
loop.call_soon(send, signal.SIGUSR1)
loop.run_forever()
loop.close()
""",
        "new\n",
    )


def test_removing_restores_the_default_action(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
print(loop.remove_signal_handler(signal.SIGUSR1))
loop.add_signal_handler(signal.SIGUSR1, print)
print(loop.remove_signal_handler(signal.SIGUSR1), signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)
print(loop.remove_signal_handler(signal.SIGUSR1))
loop.close()
""",
        "False\nTrue True\nFalse\n",
    )


def test_closing_removes_handlers(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
loop.add_signal_handler(signal.SIGUSR1, print)
loop.close()
print(signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL, wakeup_fd())
""",
        "True -1\n",
    )


def test_arguments_are_checked(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
async def coroutine_function():
    pass
coroutine = coroutine_function()
bad_signals = [(signum, print) for signum in ("SIGUSR1", 1000, -1, signal.SIGKILL, signal.SIGSTOP)]
for signum, callback in [*bad_signals, (signal.SIGUSR1, coroutine_function), (signal.SIGUSR1, coroutine)]:
    try:
        loop.add_signal_handler(signum, callback)
    except Exception as error:
        print(type(error).__name__, error)
coroutine.close()
for signum in ("SIGUSR1", 1000):
    try:
        loop.remove_signal_handler(signum)
    except Exception as error:
        print(type(error).__name__, error)
print(wakeup_fd())
loop.close()
""",
        "TypeError sig must be an int, not 'SIGUSR1'\n"
        "ValueError invalid signal number 1000\n"
        "ValueError invalid signal number -1\n"
        "RuntimeError sig 9 cannot be caught\n"
        "RuntimeError sig 19 cannot be caught\n"
        "TypeError coroutines cannot be used with add_signal_handler()\n"
        "TypeError coroutines cannot be used with add_signal_handler()\n"
        "TypeError sig must be an int, not 'SIGUSR1'\n"
        "ValueError invalid signal number 1000\n"
        "-1\n",
    )


def test_exception_in_a_handler_is_reported(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
def report(loop, context):
    finish_with(loop, type(context["exception"]).__name__, sorted(context))
loop.set_exception_handler(report)
loop.add_signal_handler(signal.SIGUSR1, lambda: 1 / 0)
loop.call_soon(send, signal.SIGUSR1)
loop.run_forever()
loop.close()
""",
        "ZeroDivisionError ['exception', 'handle', 'message']\n",
    )


def test_python_handler_set_later_and_loop_handler_both_run(kind: LoopKind) -> None:
    """Servers do that: the loop hears of a signal through the wakeup file descriptor, whatever the Python handler."""
    expect(
        kind,
        """
loop = new_event_loop()
seen = []
def note(text):
    seen.append(text)
    loop.call_later(0.05, loop.stop)
loop.add_signal_handler(signal.SIGUSR1, note, "loop")
signal.signal(signal.SIGUSR1, lambda signum, frame: seen.append("python"))
loop.call_soon(send, signal.SIGUSR1)
loop.call_later(60, loop.stop)
loop.run_forever()
loop.close()
print(sorted(seen))
""",
        "['loop', 'python']\n",
    )


def test_loop_outside_the_main_thread_refuses_handlers(kind: LoopKind) -> None:
    expect(
        kind,
        """
def run():
    loop = new_event_loop()
    try:
        loop.add_signal_handler(signal.SIGUSR1, print)
    except RuntimeError as error:
        print("main thread" in str(error))
    loop.call_soon(print, "runs")
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)
""",
        "True\nruns\nTrue\n",
    )


def test_wakeup_descriptor_is_untouched_without_handlers(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
print(wakeup_fd())
async def main():
    await asyncio.sleep(0.01)
loop.run_until_complete(main())
print(wakeup_fd())
loop.close()
print(wakeup_fd())
""",
        "-1\n-1\n-1\n",
    )


def test_wakeup_descriptor_of_the_user_is_there_after_the_run_and_in_use(kind: LoopKind) -> None:
    expect(
        kind,
        """
import socket
left, right = socket.socketpair()
left.setblocking(False)
right.setblocking(False)
signal.signal(signal.SIGUSR1, lambda signum, frame: None)
signal.set_wakeup_fd(right.fileno())
loop = new_event_loop()
async def main():
    send_soon(signal.SIGUSR1, 0.05)
    await asyncio.sleep(0.3)
loop.run_until_complete(main())
print(wakeup_fd() == right.fileno())
loop.close()
print(wakeup_fd() == right.fileno(), left.recv(10) == bytes([signal.SIGUSR1]))
signal.set_wakeup_fd(-1)
left.close()
right.close()
""",
        "True\nTrue True\n",
    )


def test_runner_restores_the_interrupt_handler(kind: LoopKind) -> None:
    expect(
        kind,
        """
before = signal.getsignal(signal.SIGINT)
async def main():
    return signal.getsignal(signal.SIGINT) is before
with asyncio.Runner(loop_factory=new_event_loop) as runner:
    print(runner.run(main()))
print(signal.getsignal(signal.SIGINT) is before, wakeup_fd())
""",
        "False\nTrue -1\n",
    )


def test_signal_that_came_before_is_not_the_new_handlers(kind: LoopKind) -> None:
    expect(
        kind,
        """
loop = new_event_loop()
signal.signal(signal.SIGUSR1, lambda *_: print("old"))
def main():
    os.kill(os.getpid(), signal.SIGUSR1)
    loop.add_signal_handler(signal.SIGUSR1, print, "new")
    loop.call_later(0.1, loop.stop)
loop.call_soon(main)
loop.run_forever()
loop.close()
""",
        "old\n",
    )
