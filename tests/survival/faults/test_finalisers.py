"""Finalisers that call the engine, from collections at every allocation: also from inside the engine's own calls of C.

On CPython 3.11 any allocation of a collected object may run the collector, and with it finalisers, at once.
"""

from collections.abc import Callable


def test_finalisers_enter_java_from_collections_at_every_allocation(run_module_clean: Callable[..., str]) -> None:
    assert run_module_clean("survival.faults.programs.finalisers") == "done\n"
