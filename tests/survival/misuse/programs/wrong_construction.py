"""Makes instances of the engine's types in every wrong way and uses them; prints whether enough is done and refused.

Arguments: the kind of loop, a file that gets the last call before a crash, and the names of the types.
"""

import contextlib
import gc
import inspect
import itertools
import sys
import warnings
from pathlib import Path
from typing import Any, TextIO

from data_bridge.pyloop import _engine
from support.chosen_loop import new_event_loop


def misuse(name: str, progress: TextIO) -> None:
    """Make instances of the type with this name and of a class derived from it."""
    loop = new_event_loop()
    core: Any = getattr(_engine, name)
    derived: Any = type("Derived", (core,), {})
    wrong: list[Any] = [None, 0, -1, 1 << 80, "text", b"", object(), [], {}, loop, type, print, float("nan")]
    wrong_options: tuple[dict[str, Any], ...] = ({}, {"loop": loop}, {"no_such_option": None})
    kept: list[object] = []
    refused = tried = 0
    for cls in (core, derived):
        for count in (0, 1, 2, 3, 6):
            for values in itertools.islice(itertools.permutations(wrong, count), 40):
                for options in wrong_options:
                    tried += 1
                    print("make", cls, values, options, file=progress)
                    try:
                        kept.append(cls(*values, **options))
                    except Exception:
                        refused += 1
        with contextlib.suppress(TypeError):
            kept.append(cls.__new__(cls))
    # What came into being without its __init__ is asked for everything it has.
    calls = sum(use(instance, progress) for instance in kept[:3] + kept[-1:])
    del kept
    gc.collect()
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
    print(tried > 500, refused > 300, calls > 300)


def use(instance: object, progress: TextIO) -> int:
    """Ask for every public and special attribute, and call it; return how often."""
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


def main() -> None:
    warnings.simplefilter("ignore")
    with Path(sys.argv[2]).open("w", buffering=1) as progress:
        for name in sys.argv[3:]:
            misuse(name, progress)


if __name__ == "__main__":
    main()
