"""psycopg: copies, a pipeline, transactions, many connections at once, notifications."""

import asyncio
import os

import psycopg

from compat.program import run

ADDRESS = os.environ["COMPAT_POSTGRES"]


async def ask(number: int) -> int:
    async with await psycopg.AsyncConnection.connect(ADDRESS) as connection:
        cursor = await connection.execute("select %s::int + 1", [number])
        row = await cursor.fetchone()
        return int(row[0])


async def main() -> None:
    connection = await psycopg.AsyncConnection.connect(ADDRESS, autocommit=True)
    await connection.execute("create temp table numbers (number bigint, text text)")
    async with connection.cursor() as cursor:
        async with cursor.copy("copy numbers from stdin") as copy:
            for number in range(10_000):
                await copy.write_row((number, "x" * (number % 50)))
        size = 0
        async with cursor.copy("copy numbers to stdout") as copy:
            async for data in copy:
                size += len(data)
    print("copied", size)
    async with connection.pipeline():
        cursors = [await connection.execute("select %s::int", [number]) for number in range(200)]
    print("pipeline", sum([(await cursor.fetchone())[0] for cursor in cursors]))
    try:
        async with connection.transaction():
            await connection.execute("delete from numbers")
            raise LookupError
    except LookupError:
        row = await (await connection.execute("select count(*) from numbers")).fetchone()
        print("rolled back", row)
    print("connections", sum(await asyncio.gather(*(ask(number) for number in range(30)))))
    await connection.execute("listen channel")
    await connection.execute("notify channel, 'hello'")
    async for note in connection.notifies():
        print("notified", note.payload)
        break
    await connection.close()


if __name__ == "__main__":
    run(main)
