"""call_soon_threadsafe from many threads while Python's and Java's garbage is being collected all the time."""

from collections.abc import Callable

PROGRAM = """
import sys, threading
from data_bridge.pyloop import new_event_loop
from support.garbage_storms import Storm
THREADS, CALLS = 16, 1500
sys.setswitchinterval(1e-4)
loop = new_event_loop()
seen = [[] for _ in range(THREADS)]
total = 0
def note(thread, number):
    global total
    seen[thread].append(number)
    total += 1
    if total == THREADS * CALLS:
        loop.stop()
def send(thread):
    for number in range(0, CALLS, 3):
        loop.call_soon_threadsafe(note, thread, number)
        loop.call_soon_threadsafe_batch([(note, thread, number + 1), (note, thread, number + 2)])
        loop.call_soon_threadsafe(int).cancel()
with Storm() as storm:
    threads = [threading.Thread(target=send, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    loop.run_forever()
    for thread in threads:
        thread.join()
loop.close()
print(total, all(numbers == list(range(CALLS)) for numbers in seen), storm.java_collections > 1)
"""


def test_no_call_is_lost_and_each_thread_keeps_its_order(run_clean: Callable[..., str]) -> None:
    assert run_clean(PROGRAM) == "24000 True True\n"
