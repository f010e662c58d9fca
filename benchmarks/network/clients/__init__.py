"""The measured clients, by kind. Each is a coroutine function that connects one to its peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.network.clients import cache, database, messages, web

if TYPE_CHECKING:
    from benchmarks.network.clients.endpoint import Open

CLIENTS: dict[str, Open] = {
    "aiohttp-client": web.open_aiohttp,
    "aiohttp-client-new": web.open_aiohttp_without_keep_alive,
    "httpx-client": web.open_httpx,
    "httpx-client-new": web.open_httpx_without_keep_alive,
    "asyncpg": database.open_single_rows,
    "asyncpg-rows": database.open_many_rows,
    "redis": cache.open_single_commands,
    "redis-pipeline": cache.open_pipelines,
    "websockets": messages.open_websockets,
    "grpc": messages.open_grpc,
}
