"""call_soon_threadsafe from many threads while Python's and Java's garbage is being collected all the time."""

from collections.abc import Callable


def test_no_call_is_lost_and_each_thread_keeps_its_order(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean("survival.faults.programs.threads_in_storms") == "24000 True True\n"
