"""What programs of overload share: system calls to refuse, and a check that nothing is left behind."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.process_figures import count_descriptors

# The numbers of system calls on x86-64, all a loop could use for the purpose.
ACCEPT = (43, 288)
SEND = (44, 46, 307, 20)


def _in_use() -> tuple[int, int]:
    """Descriptors, and threads that Python has started."""
    return count_descriptors(), threading.active_count()


@contextmanager
def nothing_left() -> Iterator[None]:
    """Check that there are as many descriptors and threads afterwards as before; those that go may need a moment."""
    before = _in_use()
    yield
    deadline = time.monotonic() + 30
    while _in_use() != before and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    assert _in_use() == before, (_in_use(), before)


def in_thread(function: Callable[[], object]) -> None:
    """Run the function in a thread of its own and raise what it raised."""
    errors: list[BaseException] = []

    def run_function() -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run_function)
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()
