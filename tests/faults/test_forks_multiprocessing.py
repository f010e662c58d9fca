"""multiprocessing's three methods, in a parent whose loop runs: each worker runs loops of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from garbage_storms import OPTIONS

# Workers of spawn and forkserver import it by name.
WORK = """
import asyncio, os, warnings
import data_bridge.pyloop as pyloop

async def main(number):
    await asyncio.sleep(0.001)
    process = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}")
    return type(asyncio.get_running_loop()).__name__, await process.wait()

def work(number):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = pyloop.run(main(number))
    # From 3.12 on a worker that runs a loop of either kind may have threads, of which Python speaks at the next fork.
    return *result, RuntimeWarning in [warning.category for warning in caught]
"""
PARENT = """
import asyncio, concurrent.futures, multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)
import data_bridge.pyloop as pyloop
from garbage_storms import Storm
import loops_in_workers

async def main():
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context({method!r})
    {preload}
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return await asyncio.gather(*(loop.run_in_executor(pool, loops_in_workers.work, n) for n in range(4)))

if __name__ == "__main__":
    with Storm():
        print(sorted(set(pyloop.run(main())), key=lambda found: found[1]))
"""
STOCK, PYLOOP = "_UnixSelectorEventLoop", "PyLoop"


@pytest.mark.parametrize(
    ("method", "preload", "name"),
    [
        ("fork", "", STOCK),
        ("forkserver", "", PYLOOP),
        ("spawn", "", PYLOOP),
        # The server from which workers are forked has made a loop, and so it is as with fork.
        ("forkserver", "context.set_forkserver_preload(['makes_a_loop'])", STOCK),
    ],
    ids=["fork", "forkserver", "spawn", "forkserver with a loop"],
)
def test_workers_run_loops(run_clean: Callable[..., str], tmp_path: Path, method: str, preload: str, name: str) -> None:
    (tmp_path / "cwd").mkdir()
    (tmp_path / "cwd" / "loops_in_workers.py").write_text(WORK)
    (tmp_path / "cwd" / "makes_a_loop.py").write_text(
        "from data_bridge.pyloop import new_event_loop\nnew_event_loop().close()\n"
    )
    # The forkserver, with a thread of the JVM, forks from 3.12 on with a warning of its own.
    printed = run_clean(
        PARENT.format(method=method, preload=preload),
        PYLOOP_JVM_OPTIONS=OPTIONS["unceasing collector"] if method == "fork" else None,
        PYTHONWARNINGS="ignore::DeprecationWarning",
    )
    assert printed == f"{[(name, number, name == STOCK) for number in range(4)]}\n"
