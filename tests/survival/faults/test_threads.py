"""Many threads that enter Java: all are released, with their memory, and what ends in them may be Java's."""

from collections.abc import Callable

import pytest

MODULE = "survival.faults.programs.threads"


def test_five_hundred_live_threads(run_module_clean: Callable[..., str]) -> None:
    """Java collects garbage with them, and forgets them."""
    assert run_module_clean(MODULE, "five_hundred_live_threads") == "[True, True]\n" * 2


@pytest.mark.parametrize("use", ["call", "loop"])
def test_fifteen_thousand_threads_one_after_the_other(run_module_clean: Callable[..., str], use: str) -> None:
    """They get the identifiers and the stacks of those before them again."""
    printed = run_module_clean(MODULE, "fifteen_thousand_one_after_the_other", use, timeout=170)
    assert printed == "15000 True True\n"


def test_objects_of_java_end_in_other_threads(run_module_clean: Callable[..., str]) -> None:
    """As thread-locals, as the last reference, in threads that Java has never seen, and in raw ones."""
    printed = run_module_clean(MODULE, "objects_end_in_other_threads", options=("-W", "error"), timeout=170)
    # Five tokens in each of 240 lists.
    assert printed == "1200 True True True\n"
