"""Takes something away that other machines and sandboxes do not have either, and uses loops.

Arguments: the kind of loop, and the host.
"""

import asyncio
import ctypes
import os
import sys
import threading
from collections.abc import Callable

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from support.visits import visit_a_server

#: The exit status where this machine does not let a program have such a host.
UNAVAILABLE = 77

_NEW_NAMESPACE, _NEW_USER, _PRIVATE = 0x00020000, 0x10000000, 0x44000


async def work() -> str:
    """What a program needs of a loop."""
    await asyncio.sleep(0.001)
    await visit_a_server()
    return "works"


def use() -> None:
    """Print that it works, before and after the loop has been closed and made again."""
    for _ in range(2):
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            print(runner.run(work()))


def no_proc() -> None:
    """An empty directory is mounted there."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NAMESPACE) and libc.unshare(_NEW_NAMESPACE | _NEW_USER):
        sys.exit(UNAVAILABLE)
    if libc.mount(None, b"/", None, _PRIVATE, None) or libc.mount(b"none", b"/proc", b"tmpfs", 0, None):
        sys.exit(UNAVAILABLE)
    assert os.listdir("/proc") == []


def no_written_code() -> None:
    """PR_SET_MDWE."""
    if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
        sys.exit(UNAVAILABLE)


def no_directory() -> None:
    """It is removed."""
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")


def no_threads() -> None:
    """EAGAIN of clone and clone3: what the limit of processes does to users other than root."""
    refuse((56, 435), 11)


def in_a_small_thread() -> None:
    """Use loops there."""
    threading.stack_size(256 << 10)
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()


HOSTS: dict[str, Callable[[], object]] = {
    "no /proc": no_proc,
    "memory that was written must not become code": no_written_code,
    "directory is gone": no_directory,
    "empty environment": os.environ.clear,
    "no more processes and threads": no_threads,
}


def main() -> None:
    """Use loops on the host, which is an ordinary one if it has no function here."""
    host = sys.argv[2]
    if host == "small stack of a thread":
        in_a_small_thread()
    else:
        HOSTS.get(host, int)()
        use()


if __name__ == "__main__":
    main()
