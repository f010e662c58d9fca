"""`time.monotonic` replaced, by freezegun for example: `loop.time()` and timers go by what the module has."""

import importlib.util
import time
from collections.abc import Callable

import pytest

from support.loop_kinds import Loop, LoopKind, run_iterations

RunClean = Callable[..., str]

MODULE = "behaviour.replaced.programs.frozen_time"

needs_freezegun = pytest.mark.skipif(importlib.util.find_spec("freezegun") is None, reason="freezegun is not installed")

MOVED = "[11.0, 'ten', 'slept', True]"


def test_replaced_and_put_back(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within one callback, and again: each reading and each deadline goes by the clock of its moment."""
    real = time.monotonic
    ran: list[str] = []

    def check() -> None:
        for now in (1000.0, 5.0, 7e9):
            monkeypatch.setattr(time, "monotonic", lambda now=now: now)
            assert loop.time() == now
            assert loop.call_later(10, ran.append, "later").when() == now + 10
            monkeypatch.setattr(time, "monotonic", real)
            assert abs(loop.time() - real()) < 5
            assert abs(loop.call_later(0, ran.append, "now").when() - real()) < 5

    loop.call_soon(check)
    run_iterations(loop, 2)
    time.sleep(0.001)
    run_iterations(loop)
    assert ran.count("now") == 3


def test_timers_are_due_by_the_replaced_clock(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [500.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    ran: list[int] = []
    loop.call_later(10, ran.append, 10)
    loop.call_later(5, ran.append, 5)
    loop.call_soon(int)
    run_iterations(loop, 2)
    assert ran == []
    clock[0] = 505.0
    run_iterations(loop)
    assert ran == [5]
    clock[0] = 1e6
    run_iterations(loop)
    assert ran == [5, 10]


def test_many_names_in_the_module(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the module's names is made anew when it grows."""
    for number in range(200):
        monkeypatch.setattr(time, f"name_{number}", number, raising=False)
        assert abs(loop.time() - time.monotonic()) < 5
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: 77.0)
        assert loop.time() == 77.0
    assert abs(loop.time() - time.monotonic()) < 5


def test_clock_that_is_missing_or_fails(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(time, "monotonic")
        with pytest.raises(AttributeError, match="monotonic"):
            loop.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: 1 // 0)
        for use in (loop.time, lambda: loop.call_later(1, int)):
            with pytest.raises(ZeroDivisionError):
                use()
    assert abs(loop.time() - time.monotonic()) < 5


@needs_freezegun
def test_ticked(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "ticked") == f"{MOVED}\n"


@needs_freezegun
def test_loop_made_while_time_is_frozen(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "made_while_frozen") == f"[1] 86400.0\n{MOVED}\n"


@needs_freezegun
def test_clock_that_ticks_by_itself(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "ticking") == "slept True\n"


@needs_freezegun
def test_real_asyncio(run_module_clean: RunClean, kind: LoopKind) -> None:
    assert run_module_clean(MODULE, kind.name, "real_asyncio") == "[True, True]\n"
