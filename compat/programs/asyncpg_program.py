"""asyncpg: copies, transactions, a pool under load, notifications, a query that is cancelled."""

import asyncio
import os

import asyncpg

from compat.program import run

ADDRESS = os.environ["COMPAT_POSTGRES"]


async def main() -> None:
    connection = await asyncpg.connect(ADDRESS)
    await connection.execute("create temp table numbers (number bigint, text text)")
    rows = [(number, "x" * (number % 100)) for number in range(20_000)]
    await connection.copy_records_to_table("numbers", records=rows)
    print("copied in", await connection.fetchval("select sum(number) + sum(length(text)) from numbers"))
    received = bytearray()

    async def receive(data: bytes) -> None:
        received.extend(data)

    await connection.copy_from_query("select * from numbers order by number", output=receive)
    print("copied out", len(received), bytes(received[-20:]))
    try:
        async with connection.transaction():
            await connection.execute("delete from numbers")
            raise LookupError
    except LookupError:
        print("rolled back", await connection.fetchval("select count(*) from numbers"))
    async with connection.transaction():
        read = [row["number"] async for row in connection.cursor("select number from numbers order by number")]
    print("cursor", len(read), read[:3])
    try:
        await asyncio.wait_for(connection.execute("select pg_sleep(60)"), 0.2)
    except TimeoutError:
        print("cancelled", await connection.fetchval("select 1"))
    async with asyncpg.create_pool(ADDRESS, min_size=5, max_size=10) as pool:
        sums = await asyncio.gather(*(pool.fetchval("select $1::int + 1", number) for number in range(500)))
    print("pool", sum(sums))
    notes: asyncio.Queue[str] = asyncio.Queue()
    await connection.add_listener("channel", lambda *args: notes.put_nowait(args[-1]))
    await connection.execute("notify channel, 'hello'")
    print("notified", await notes.get())
    await connection.close()


if __name__ == "__main__":
    run(main)
