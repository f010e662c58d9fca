"""The kind of loop that a program of the tests runs on: "asyncio" or "pyloop", its first argument.

Imported only by programs that a test starts with `run_module`; the package of the kind is imported here, and no other.
"""

import asyncio
import sys
from collections.abc import Callable


def _factory_of(kind: str) -> Callable[[], asyncio.AbstractEventLoop]:
    if kind == "asyncio":
        return asyncio.SelectorEventLoop
    assert kind == "pyloop", kind
    from data_bridge.pyloop import new_event_loop

    return new_event_loop


new_event_loop = _factory_of(sys.argv[1])
