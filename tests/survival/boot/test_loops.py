"""First loops of programs that are unlike others: without asyncio's C types, in small threads, in many at once."""

from collections.abc import Callable

MODULE = "survival.boot.programs.first_loops"


def test_asyncio_without_its_c_types(run_module_clean: Callable[..., str]) -> None:
    output = run_module_clean("survival.boot.programs.without_c_types")
    assert output == "<class 'asyncio.futures.Future'> <class 'asyncio.tasks.Task'>\n"


def test_first_loop_in_a_thread_with_a_small_stack(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean(MODULE, "in_a_small_stack") == "done\ndone\n"


def test_loops_in_many_threads_at_once(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean(MODULE, "in_twenty_threads") == "True\n"
