"""Prints how a program sees the world. Tests copy it: as a script, as a module and as the main module of a package."""

import asyncio
import json
import sys


async def loop_type() -> str:
    return type(asyncio.get_running_loop()).__name__


def main() -> None:
    facts = {
        "loop": asyncio.run(loop_type()),
        "name": __name__,
        "file": globals().get("__file__"),
        "package": globals().get("__package__") or None,
        "argv": sys.argv,
        "path": sys.path[0],
        "main": sys.modules["__main__"].__dict__ is globals(),
    }
    print(json.dumps(facts, sort_keys=True))


if __name__ == "__main__":
    main()
