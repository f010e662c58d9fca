"""After `gevent.monkey.patch_all()` the loop lets the greenlets of its thread run while it waits, as asyncio's does."""

import importlib.util
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind

pytestmark = pytest.mark.skipif(importlib.util.find_spec("gevent") is None, reason="gevent is not installed")

RunClean = Callable[..., str]

MODULE = "behaviour.replaced.programs.gevent_patched"

EXPECTED = {
    "executor": "[9, True, ('127.0.0.1', 80)]\n",
    "threads": "[0, 1, 2, 3, 4]\n",
    "connections": "streams\ntls\ndatagrams\npipes\ndescriptors\nthreads\nprocesses\n",
    "blocking_client": "b'HELLO\\n'\n",
}


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("scenario", EXPECTED)
def test_patched_before_or_after_the_import(
    run_module_clean: RunClean, kind: LoopKind, scenario: str, order: str
) -> None:
    options = ("-W", "ignore")  # gevent warns of modules that are imported before it
    assert run_module_clean(MODULE, kind.name, scenario, order, options=options) == EXPECTED[scenario]
