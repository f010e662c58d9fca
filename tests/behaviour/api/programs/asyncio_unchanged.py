"""Imports a kind of loop, makes and uses one, and prints which parts of asyncio are others than before."""

import asyncio  # noqa: F401 - it is what state() describes
import sys


def state() -> dict[str, int]:
    """Identities of every function and class of asyncio's modules and of the members of their classes, by name."""
    found: dict[str, object] = {}
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] == "asyncio":
            for name, value in vars(module).items():
                if callable(value):
                    found[f"{module_name}.{name}"] = value
                    if isinstance(value, type) and value.__module__.startswith("asyncio."):
                        found.update({f"{module_name}.{name}.{part}": item for part, item in vars(value).items()})
    return {name: id(value) for name, value in found.items() if "__" not in name and "_abc_" not in name}


def main() -> None:
    before = state()
    # Not earlier: this import is what is examined.
    from support.chosen_loop import new_event_loop

    loop = new_event_loop()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    after = state()
    print(len(before) > 500, sorted(name for name in before if before[name] != after.get(name)))


if __name__ == "__main__":
    main()
