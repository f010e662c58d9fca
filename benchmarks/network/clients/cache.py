"""Clients of Redis with redis-py: one client, and a connection of its pool for each request that is under way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.network.clients.endpoint import HOST, Client, Endpoint, WrongAnswerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

VALUE = b"x" * 100
PIPELINE = 50
"""Commands that are sent together: SET and GET by turns."""


async def open_single_commands(endpoint: Endpoint, connections: int) -> Client:
    """SET, then GET, each with its answer."""

    async def exchange(redis: Redis, key: str) -> None:
        await redis.set(key, VALUE)
        check(await redis.get(key))

    return await open_redis(endpoint, connections, exchange)


async def open_pipelines(endpoint: Endpoint, connections: int) -> Client:
    """50 commands at once, then their answers."""

    async def exchange(redis: Redis, key: str) -> None:
        pipeline = redis.pipeline(transaction=False)
        for _ in range(PIPELINE // 2):
            pipeline.set(key, VALUE).get(key)
        answers = await pipeline.execute()
        if len(answers) != PIPELINE:
            raise WrongAnswerError(f"{len(answers)} answers")
        check(answers[-1])

    return await open_redis(endpoint, connections, exchange)


async def open_redis(endpoint: Endpoint, connections: int, exchange: Callable[[Redis, str], Awaitable[None]]) -> Client:
    """Connect."""
    from redis.asyncio import Redis

    redis = Redis(host=HOST, port=endpoint.port)
    await redis.ping()
    return Client([partial(exchange, redis, f"key {number}") for number in range(connections)], redis.aclose)


def check(value: object) -> None:
    """Every GET answers what was SET."""
    if value != VALUE:
        raise WrongAnswerError("GET gives something else than was SET")
