"""The loop never waits while something is to be run. In child processes, as a loop that does so hangs."""

import pytest

from support.loop_kinds import LoopKind, assert_printed, only_pyloop


def expect(kind: LoopKind, source: str, stdout: str) -> None:
    assert_printed(kind.run_program(source, timeout=30), stdout)


@pytest.mark.parametrize("method", ["call_at", "call_later"])
@pytest.mark.parametrize("when", ["0", "-1", "-1e9", "-1e10", "-1e300", "float('-inf')"])
def test_a_timer_of_the_past_runs_at_once(kind: LoopKind, method: str, when: str) -> None:
    expect(
        kind,
        f"""
        loop = new_event_loop()
        loop.{method}({when}, loop.stop)
        loop.run_forever()
        loop.close()
        print("ran")
        """,
        "ran\n",
    )


def test_a_timer_of_the_far_future_stops_nothing(kind: LoopKind) -> None:
    expect(
        kind,
        """
        loop = new_event_loop()
        for when in (1e10, 1e300, float("inf")):
            loop.call_at(when, print, "never")
        loop.call_later(0.01, loop.stop)
        loop.run_forever()
        loop.close()
        print("stopped")
        """,
        "stopped\n",
    )


@only_pyloop  # asyncio keeps the last cancelled timer it drops alive until the wait is over
def test_what_giving_up_a_cancelled_timer_schedules_runs_at_once(kind: LoopKind) -> None:
    """A context variable of a cancelled timer is the last reference to an object whose finaliser uses the loop."""
    expect(
        kind,
        """
        import contextvars, time
        loop = new_event_loop()
        class Value:
            def __del__(self):
                loop.call_soon(loop.stop)
        context = contextvars.copy_context()
        context.run(contextvars.ContextVar("variable").set, Value())
        loop.call_later(0.01, print, context=context).cancel()
        del context
        loop.call_later(20, loop.stop)
        started = time.monotonic()
        loop.run_forever()
        print("at once" if time.monotonic() - started < 10 else "by the next timer")
        """,
        "at once\n",
    )
