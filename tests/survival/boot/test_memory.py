"""How much memory the engine takes and reserves, and how little it can do with."""

from collections.abc import Callable

import pytest

from support.loop_kinds import ASYNCIO, PYLOOP, LoopKind

RunClean = Callable[..., str]

MODULE = "survival.boot.programs.memory"
# More than the engine takes on top of asyncio. Of the library's file the kernel maps as much as lies together in its
# cache, at most all of it: 6 MB or 14 were seen with the same file. The process's own pages do not depend on that.
OWN_KIB = 4 * 1024
RESIDENT_KIB = 24 * 1024
RESERVED_KIB = 400 * 1024


def sizes(run_module_clean: RunClean, kind: LoopKind) -> dict[str, int]:
    """KiB of a program that uses a loop, in the words of /proc: its own pages, peak resident and peak reserved."""
    names = ("RssAnon", "VmHWM", "VmPeak")
    printed = run_module_clean(MODULE, kind.name, "sizes", *names)
    return dict(zip(names, map(int, printed.split()), strict=True))


def test_memory_beside_asyncio(run_module_clean: RunClean) -> None:
    stock = sizes(run_module_clean, ASYNCIO)
    more = {name: size - stock[name] for name, size in sizes(run_module_clean, PYLOOP).items()}
    assert more["RssAnon"] < OWN_KIB, more
    assert more["VmHWM"] < RESIDENT_KIB, more
    assert more["VmPeak"] < RESERVED_KIB, more


@pytest.mark.parametrize("limit", ["-v", "-d"])
def test_limit_of_512_mebibytes(run_module_clean: RunClean, limit: str) -> None:
    launcher = ("sh", "-c", f'ulimit {limit} 524288 && exec "$0" "$@"')
    assert run_module_clean(MODULE, "pyloop", "sizes", launcher=launcher) == "\n"


def test_too_little_address_space_is_a_memory_error(run_module_clean: RunClean) -> None:
    """The process survives it, and asyncio's own loops work."""
    assert run_module_clean(MODULE, "pyloop", "too_little_address_space") == "True\nTrue\nalive\n"


def test_timers_that_come_and_go_do_not_grow_the_process(run_module_clean: RunClean) -> None:
    """Many times as many as fit below the bound at once: the Java heap is collected between iterations."""
    assert run_module_clean(MODULE, "pyloop", "timers_that_come_and_go") == "steady\n"
