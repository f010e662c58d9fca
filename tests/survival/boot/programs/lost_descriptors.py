"""All descriptors of an open loop are closed under it: everything fails at once, and a new loop works.

Arguments: the kind of loop; "new" or "used", whether the loop has run and serves; "outside" or "inside" of a run; and
"free" or "taken", whether other files get the numbers.
"""

import asyncio
import os
import sys
import warnings
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from support.chosen_loop import new_event_loop
from support.visits import visit_a_server
from survival.boot.programs.jobs_of_loops import wake_up


def outcome(run: Callable[[], object]) -> str:
    """How it ends."""
    try:
        run()
    except OSError as error:
        return f"OSError {error.errno}"
    except Exception as error:
        return type(error).__name__
    return "works"


async def serve() -> None:
    """Start what stays open."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    kept.extend([server, await asyncio.open_connection(*server.sockets[0].getsockname())])


kept: list[object] = []
Job = Callable[[], Coroutine[Any, Any, None]]


def close_all(numbers: str) -> None:
    """Close them, and let others take the numbers."""
    os.closerange(3, 256)
    if numbers == "taken":
        for _ in range(20):
            os.open(os.devnull, os.O_RDONLY)


async def close_all_inside(numbers: str) -> None:
    """The same in a run."""
    close_all(numbers)
    await asyncio.sleep(0.001)


def run_job(loop: asyncio.AbstractEventLoop, job: Job) -> None:
    """On that loop."""
    loop.run_until_complete(job())


def visit() -> None:
    """On a new loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(visit_a_server())


def main() -> None:
    """Print the outcomes of the loop, and of a new one."""
    warnings.simplefilter("ignore")  # of coroutines that never ran, and of what is open
    past, where, numbers = sys.argv[2:]
    loop = new_event_loop()
    if past == "used":
        loop.run_until_complete(serve())
        loop.run_until_complete(wake_up())
    outcomes = []
    if where == "inside":
        outcomes.append(outcome(lambda: loop.run_until_complete(close_all_inside(numbers))))
    else:
        close_all(numbers)
    jobs: tuple[Job, ...] = (partial(asyncio.sleep, 0), partial(asyncio.sleep, 0.001), wake_up)
    outcomes += [outcome(partial(run_job, loop, job)) for job in jobs]
    print(*outcomes, "and", outcome(loop.close), outcome(visit), outcome(visit), flush=True)
    os._exit(0)  # what is left of the loop refers to descriptors of others


if __name__ == "__main__":
    main()
