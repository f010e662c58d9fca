"""Counts references before and after much work: of constants, of types, of everything."""

import asyncio
import ctypes
import gc
import sys
import tracemalloc
import weakref

from support import workloads
from support.scenarios import run_scenario
from support.visits import visit_a_server


def run_workloads() -> None:
    """Run every workload on a loop of its own."""
    from data_bridge.pyloop import new_event_loop

    for workload in workloads.WORKLOADS.values():
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(workload())


def constants(tolerance: str) -> None:
    """Print the constants whose first 64 bits, the reference count, have changed by more than that."""
    from data_bridge.pyloop import new_event_loop

    loop = new_event_loop()
    shared = {"None": None, "True": True, "False": False, "0": 0, "1": 1, "256": 256, "()": (), "b''": b""}
    addresses = {name: id(value) for name, value in shared.items()}
    results = [lambda *_: None, lambda *_: True, lambda *_: 1, lambda *_: False]

    def batch() -> None:
        for i in range(125):
            loop.call_soon(results[i % 4], None, True, 256)
            loop.call_soon(results[i % 4], (), b"", 0, 1, False)
            loop.call_later(0, results[i % 4], None)
            loop.call_soon(results[i % 4], True).cancel()
        loop.call_later(0, loop.stop)
        loop.run_forever()

    def words() -> dict[str, int]:
        return {name: ctypes.c_int64.from_address(address).value for name, address in addresses.items()}

    for _ in range(100):
        batch()
    before = words()
    for _ in range(2000):  # 1,000,000 handles
        batch()
    after = words()
    loop.close()
    print([name for name in shared if abs(before[name] - after[name]) > int(tolerance)])


def types_of_instances() -> None:
    """Print the types whose count has changed by what instances, used and gone, have left."""
    from data_bridge import pyloop
    from data_bridge.pyloop import _engine

    class Loop(pyloop.PyLoop):
        pass

    types: dict[str, type] = {name: value for name, value in vars(_engine).items() if isinstance(value, type)}
    types["PyLoop"], types["Loop"] = pyloop.PyLoop, Loop

    def use() -> None:
        for loop_class in (pyloop.PyLoop, Loop):
            with asyncio.Runner(loop_factory=loop_class) as runner:
                _kept = [runner.get_loop().call_soon(int), runner.get_loop().call_later(60, int)]
                runner.run(visit_a_server())

    def counts() -> dict[str, int]:
        gc.collect()
        return {name: sys.getrefcount(value) for name, value in types.items()}

    for _ in range(10):
        use()
    before = counts()
    for _ in range(50):
        use()
    after = counts()
    print(len(types) >= 6, {name: after[name] - before[name] for name in types if abs(after[name] - before[name]) > 5})


def subclasses_and_instances() -> None:
    """Print those of twenty that are alive when nothing refers to them any more."""
    from data_bridge import pyloop

    def use() -> tuple[weakref.ref[type], weakref.ref[pyloop.PyLoop]]:
        class Loop(pyloop.PyLoop):
            __slots__ = ("extra",)

            def __init__(self) -> None:
                super().__init__()
                self.extra = self

        loop = Loop()
        loop.attribute = [loop]  # type: ignore[attr-defined]
        loop.run_until_complete(asyncio.sleep(0.001))
        loop.close()
        return weakref.ref(Loop), weakref.ref(loop)

    references = [reference for _ in range(20) for reference in use()]
    gc.collect()
    print([reference() for reference in references if reference() is not None])


def collections_everywhere() -> None:
    """Run the workloads with a collection whenever one is possible; print what was in force."""
    gc.set_threshold(1)
    run_workloads()
    print(tracemalloc.is_tracing(), gc.get_threshold()[0])


def pretended_debug_build() -> None:
    """Run the workloads with what only the `sys` of a debug build has."""
    sys.gettotalrefcount = lambda: 0
    run_workloads()
    print("done")


def immortal_type_with_one_reference_more() -> None:
    """Return a type from a callback whose count is that of an immortal object and 1; print what it is then."""
    from data_bridge.pyloop import new_event_loop

    loop = new_event_loop()
    count = ctypes.c_uint64.from_address(id(zip))
    count.value = 1 << 32
    loop.call_soon(lambda: zip)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    print(count.value == 1 << 32, list(zip("a", "b", strict=True)))


def total_of_all_references() -> None:
    """Print whether 20,000 callbacks leave the total as it was, on a debug build."""
    from data_bridge.pyloop import new_event_loop

    loop = new_event_loop()

    def batch() -> None:
        for _ in range(250):
            loop.call_soon(int)
            loop.call_soon(divmod, 5, 3)
            loop.call_later(0, int)
            loop.call_soon(int).cancel()
        loop.call_later(0, loop.stop)
        loop.run_forever()

    for _ in range(5):
        batch()
    before = sys.gettotalrefcount()
    for _ in range(20):
        batch()
    drift = sys.gettotalrefcount() - before
    loop.close()
    run_workloads()
    print(abs(drift) < 1000, "of 20,000 callbacks")


if __name__ == "__main__":
    run_scenario(globals(), sys.argv[1:])
