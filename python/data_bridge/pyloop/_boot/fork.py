"""What happens in a forked child of a process whose JVM runs.

Only the forking thread exists in the child, so the JVM is dead there: a call into it works until it needs one of its
threads, and then hangs for ever. Nothing in this module enters Java.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_child = False


def in_forked_child() -> bool:
    """Tell whether this process was forked from one in which the engine had been started."""
    return _child


def refuse_forked_child() -> None:
    """Raise RuntimeError in a forked child of a process that has started the engine."""
    if _child:
        raise RuntimeError(
            "PyLoop's engine was started before os.fork() and cannot be used or started again in the child;"
            " fork before the first loop is created, or use the spawn method, or asyncio's own loop in the child"
        )


def watch(before: Callable[[], None], after_in_parent: Callable[[], None], *make_safe: Callable[[], None]) -> None:
    """Have the first two called before and after every fork from now on; the child marked, `make_safe` called in it."""

    def before_in_parent() -> None:
        if not _child:  # children of a child have no JVM to care for
            before()

    def after_in_child() -> None:
        global _child
        if not _child:  # in a child of a child all is done
            _child = True
            for action in make_safe:
                action()

    os.register_at_fork(before=before_in_parent, after_in_parent=after_in_parent, after_in_child=after_in_child)
