"""A program that has taken asyncio's C types away before it is imported: its futures and tasks are Python's."""

import sys


def main() -> None:
    """Print the types of a future and of a task."""
    sys.modules["_asyncio"] = None  # type: ignore[assignment]
    import asyncio

    import data_bridge.pyloop as pyloop

    async def types() -> tuple[type, type]:
        await asyncio.sleep(0.01)
        return type(asyncio.get_running_loop().create_future()), type(asyncio.current_task())

    print(*pyloop.run(types()))


if __name__ == "__main__":
    main()
