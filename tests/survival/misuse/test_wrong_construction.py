"""The engine's Python types, made and used in every wrong way: exceptions, and never a crash or a hang."""

from pathlib import Path

import pytest

from support.loop_kinds import PYLOOP

PROGRAM = """
import asyncio, contextlib, gc, inspect, itertools, sys, warnings
from pathlib import Path
from data_bridge.pyloop import _engine

warnings.simplefilter("ignore")
progress = Path(sys.argv[1]).open("w", buffering=1)  # tells the last call before a crash


def misuse(name):
    loop = new_event_loop()
    core = getattr(_engine, name)
    derived = type("Derived", (core,), {})
    wrong = [None, 0, -1, 1 << 80, "text", b"", object(), [], {}, loop, type, print, float("nan")]
    kept, refused, tried = [], 0, 0
    for kind in (core, derived):
        for count in (0, 1, 2, 3, 6):
            for values in itertools.islice(itertools.permutations(wrong, count), 40):
                for options in ({}, {"loop": loop}, {"no_such_option": None}):
                    tried += 1
                    print("make", kind, values, options, file=progress)
                    try:
                        kept.append(kind(*values, **options))
                    except Exception:
                        refused += 1
        with contextlib.suppress(TypeError):
            kept.append(kind.__new__(kind))
    # What came into being without its __init__ is asked for everything it has.
    calls = 0
    for instance in kept[:3] + kept[-1:]:
        calls += use(instance)
    del kept, instance
    gc.collect()
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    print(tried > 500, refused > 300, calls > 300)


def use(instance):
    special = {"__class__", "__init_subclass__", "__subclasshook__", "__new__", "__del__"}
    calls = 0
    for name in sorted(set(dir(instance)) - special):
        if name.startswith("_") and not name.endswith("__"):
            continue  # the engine calls these itself, with arguments it knows
        for arguments in ((), (None,), (0, None), (print, 1, 2), ("text",) * 5):
            print("use", type(instance), name, arguments, file=progress)
            calls += 1
            try:
                member = getattr(instance, name)
                result = member(*arguments) if callable(member) else None
                if inspect.iscoroutine(result):
                    result.close()
            except BaseException as error:
                if isinstance(error, (SystemError, MemoryError)):
                    raise
    return calls


for name in sys.argv[2:]:
    misuse(name)
"""


@pytest.mark.parametrize(
    "names",
    [
        ("LoopCore", "Handle", "TimerHandle"),
        ("AcceptorCore", "DatagramCore", "PipeReaderCore", "PipeWriterCore", "StreamCore"),
    ],
    ids=["scheduling", "transports"],
)
def test_wrong_construction_is_an_exception(names: tuple[str, ...], tmp_path: Path) -> None:
    progress = tmp_path / "progress"
    done = PYLOOP.run_program(PROGRAM, str(progress), *names, timeout=120)
    last = progress.read_text().splitlines()[-1:]
    assert (done.stdout, done.stderr, done.returncode) == ("True True True\n" * len(names), "", 0), last
