"""redis-py: pipelines, many connections at once, subscriptions, a call that blocks."""

import asyncio
import os

import redis.asyncio as redis

from compat.program import run

ADDRESS = os.environ["COMPAT_REDIS"]


async def main() -> None:
    pool = redis.BlockingConnectionPool.from_url(ADDRESS, decode_responses=True, max_connections=20)
    client = redis.Redis.from_pool(pool)
    await client.flushall()
    async with client.pipeline(transaction=True) as pipeline:
        for number in range(1000):
            pipeline.set(f"key {number}", number)
        print("pipeline", sum(await pipeline.execute()))
    print("gathered", sum(map(int, await asyncio.gather(*(client.get(f"key {n}") for n in range(500))))))
    large = "x" * (4 << 20)
    await client.set("large", large)
    print("large", await client.get("large") == large)
    waiting = asyncio.create_task(client.blpop("list", timeout=20))
    await asyncio.sleep(0.05)
    await client.rpush("list", "item")
    print("blocked", await waiting)
    async with client.pubsub() as subscription:
        await subscription.subscribe("channel")
        await client.publish("channel", "hello")
        heard = [(await subscription.get_message(timeout=20))["type"] for _ in range(2)]
    print("subscribed", heard)
    await client.aclose()


if __name__ == "__main__":
    run(main)
