"""Children with exit statuses, which the programs of these tests count on."""

import asyncio


async def exit_with(code: int) -> int:
    """The status of a child of asyncio's that exits with this code."""
    child = await asyncio.create_subprocess_exec("sh", "-c", f"exit {code}")
    return await child.wait()


async def exits(count: int = 10) -> bool:
    """Tell whether as many children at once have each the status they should have."""
    return await asyncio.gather(*map(exit_with, range(count))) == list(range(count))
