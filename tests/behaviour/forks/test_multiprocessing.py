"""multiprocessing's methods, in a parent whose loop runs: each worker runs PyLoops of its own, without a warning."""

from collections.abc import Callable
from pathlib import Path

import pytest

# Workers of spawn and forkserver import it by name.
WORK = """
import asyncio, os, warnings
import data_bridge.pyloop as pyloop

async def main(number):
    await asyncio.sleep(0.001)
    process = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}")
    return type(asyncio.get_running_loop()).__name__, await process.wait()

def work(number):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # From 3.12 on Python speaks of the threads of a worker, which are those of executors, at its next fork.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        return pyloop.run(main(number))
"""
PARENT = """
import asyncio, concurrent.futures, multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of the parent's threads: the storm's and the pool's
import data_bridge.pyloop as pyloop
from support.garbage_storms import Storm
import loops_in_workers

async def main():
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context({method!r})
    {preload}
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, loops_in_workers.work, n) for n in range(4)))

if __name__ == "__main__":
    with Storm():
        print(pyloop.run(main()))
"""


@pytest.mark.parametrize(
    ("method", "preload"),
    [
        ("fork", ""),
        ("forkserver", ""),
        ("spawn", ""),
        ("forkserver", "context.set_forkserver_preload(['makes_a_loop'])"),
    ],
    ids=["fork", "forkserver", "spawn", "forkserver with a loop"],
)
def test_workers_run_loops(run_clean: Callable[..., str], tmp_path: Path, method: str, preload: str) -> None:
    (tmp_path / "cwd").mkdir()
    (tmp_path / "cwd" / "loops_in_workers.py").write_text(WORK)
    (tmp_path / "cwd" / "makes_a_loop.py").write_text(
        "from data_bridge.pyloop import new_event_loop\nnew_event_loop().close()\n"
    )
    printed = run_clean(PARENT.format(method=method, preload=preload))
    assert printed == f"{[('PyLoop', number) for number in range(4)]}\n"
