"""Clients of PostgreSQL with asyncpg: a connection for each query that is under way."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.network.clients.endpoint import HOST, Client, Endpoint, WrongAnswerError
from benchmarks.network.postgres import DATABASE, USER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncpg import Connection

ROWS = 100
QUERY = f"SELECT number, 'row ' || number AS text FROM generate_series(1, {ROWS}) AS number"


async def open_single_rows(endpoint: Endpoint, connections: int) -> Client:
    """`SELECT 1`."""

    async def select(connection: Connection) -> None:
        if await connection.fetchval("SELECT 1") != 1:
            raise WrongAnswerError("SELECT 1 gives something else")

    return await open_asyncpg(endpoint, connections, select)


async def open_many_rows(endpoint: Endpoint, connections: int) -> Client:
    """100 rows of a number and a short text."""

    async def select(connection: Connection) -> None:
        rows = await connection.fetch(QUERY)
        if len(rows) != ROWS or rows[-1]["text"] != f"row {ROWS}":
            raise WrongAnswerError(f"{len(rows)} rows")

    return await open_asyncpg(endpoint, connections, select)


async def open_asyncpg(endpoint: Endpoint, connections: int, select: Callable[[Connection], Awaitable[None]]) -> Client:
    """Connect; with a certificate TLS is demanded, without it is refused."""
    import asyncpg

    tls = endpoint.tls() or False
    opened = [
        await asyncpg.connect(host=HOST, port=endpoint.port, user=USER, database=DATABASE, ssl=tls)
        for _ in range(connections)
    ]

    async def close() -> None:
        await asyncio.gather(*(connection.close() for connection in opened))

    return Client([partial(select, connection) for connection in opened], close)
