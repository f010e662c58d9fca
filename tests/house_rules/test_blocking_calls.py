"""Which calls of C may wait while another thread holds the GIL: they alone are declared `blocking`.

During a blocking call the collector of the Java heap can run in another thread, because the Java frames below the call
are recorded; during any other call it must not, and while that waits, nobody gets anywhere.
"""

import pytest

from support.java_sources import SOURCES, bindings

BLOCKING = {
    "PyEval_RestoreThread": "waits for the GIL",
    "usleep": "lets another thread take the GIL",
    "epoll_wait": "waits for events, without the GIL",
    "epoll_pwait2": "waits for events, without the GIL",
}


@pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the Java sources are not beside the tests: they are read for what they bind"
)
def test_blocking_calls_are_these() -> None:
    assert {binding.symbol for binding in bindings() if binding.blocking} == set(BLOCKING)
