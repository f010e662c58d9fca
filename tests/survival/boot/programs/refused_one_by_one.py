"""Does everything that a loop does, once for each system call and error, in a process each, and prints the outcomes.

Arguments: the kind of loop, when the call is refused, the limit in seconds of what may wait, and pairs of names, of a
system call and an error. Prints JSON: for each pair a list of steps with their outcomes.
"""

import asyncio
import contextlib
import errno
import json
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator

from support.chosen_loop import new_event_loop
from support.refused_calls import refuse
from support.system_calls import NUMBERS
from survival.boot.programs import jobs_of_loops

LIMIT = float(sys.argv[3])
#: In seconds: that a process may take which does not even raise TimeoutError.
LONGEST = 30


@contextlib.contextmanager
def noted(outcomes: list[tuple[str, str]], step: str) -> Iterator[None]:
    """Note how it ends."""
    try:
        yield
    except TimeoutError as error:
        outcomes.append((step, "stuck" if error.errno is None else f"errno {error.errno}"))
    except OSError as error:
        outcomes.append((step, f"errno {error.errno}"))
    except BaseException as error:
        outcomes.append((step, repr(error)))
    else:
        outcomes.append((step, "works"))


def do_all(refuse_now: Callable[[], None], when: str) -> list[tuple[str, str]]:
    """Return how the steps ended."""
    outcomes: list[tuple[str, str]] = []
    loops: list[asyncio.AbstractEventLoop] = []
    if when == "before":
        refuse_now()
    with noted(outcomes, "new_event_loop"):
        loops.append(new_event_loop())
    if not loops:
        return outcomes
    (loop,) = loops
    asyncio.set_event_loop(loop)
    if when == "after":
        loop.run_until_complete(asyncio.sleep(0.001))
        refuse_now()
    for job in jobs_of_loops.JOBS:
        with noted(outcomes, job.__name__):
            loop.run_until_complete(asyncio.wait_for(job(), LIMIT))
    with noted(outcomes, "close"):
        loop.close()
    return outcomes


def outcomes_in_a_child(call: str, error: str, when: str) -> list[tuple[str, str]]:
    """What `do_all` returns in a child, where the call fails with that error."""
    read, write = socket.socketpair()  # calls on pipes may be refused
    pid = os.fork()
    if pid == 0:
        signal.alarm(LONGEST)
        read.close()
        outcomes = do_all(lambda: refuse((NUMBERS[call],), getattr(errno, error)), when)
        with os.fdopen(write.detach(), "w", closefd=False) as file:
            json.dump(outcomes, file)
        os._exit(0)
    write.close()
    with read.makefile() as file:
        text = file.read()
    read.close()
    _, status = os.waitpid(pid, 0)
    found: list[tuple[str, str]] = json.loads(text) if status == 0 else [("process", f"status {status}")]
    return found


def main() -> None:
    """Print the outcomes."""
    logging.disable()
    warnings.simplefilter("ignore")  # of what is left behind by a job that failed
    names = sys.argv[4:]
    pairs = zip(names[::2], names[1::2], strict=True)
    print(json.dumps([outcomes_in_a_child(call, error, sys.argv[2]) for call, error in pairs]))


if __name__ == "__main__":
    main()
