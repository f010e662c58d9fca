"""First loops of programs that are unlike others: without asyncio's C types, in small threads, in many at once."""

from collections.abc import Callable

PRELUDE = """
import asyncio, threading
import data_bridge.pyloop as pyloop
async def sleep():
    await asyncio.sleep(0.01)
    return "done"
"""


def test_asyncio_without_its_c_types(run_clean: Callable[..., str]) -> None:
    code = """
async def main():
    await sleep()
    return type(asyncio.get_running_loop().create_future()), type(asyncio.current_task())
print(*pyloop.run(main()))
"""
    output = run_clean('import sys; sys.modules["_asyncio"] = None' + PRELUDE + code)
    assert output == "<class 'asyncio.futures.Future'> <class 'asyncio.tasks.Task'>\n"


def test_first_loop_in_a_thread_with_a_small_stack(run_clean: Callable[..., str]) -> None:
    code = """
threading.stack_size(256 << 10)
thread = threading.Thread(target=lambda: print(pyloop.run(sleep())))
thread.start()
thread.join()
print(pyloop.run(sleep()))
"""
    assert run_clean(PRELUDE + code) == "done\ndone\n"


def test_loops_in_many_threads_at_once(run_clean: Callable[..., str]) -> None:
    code = """
results = []
threads = [threading.Thread(target=lambda: results.append(pyloop.run(sleep()))) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results == ["done"] * 20)
"""
    assert run_clean(PRELUDE + code) == "True\n"
