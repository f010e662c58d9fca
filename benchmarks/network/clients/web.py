"""Clients of a web server, with connections that are kept or with a new one for each request."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.network.clients.endpoint import HOST, Client, Endpoint, WrongAnswerError
from benchmarks.network.servers.web import BODY, KEEP_ALIVE_SECONDS

OK = 200


def check(status: int, body: bytes) -> None:
    """Every answer is the whole of the fixed text."""
    if status != OK or body != BODY:
        raise WrongAnswerError(f"status {status}, {len(body)} bytes")


async def open_aiohttp(endpoint: Endpoint, connections: int) -> Client:
    """With aiohttp, which keeps connections."""
    return aiohttp_client(endpoint, connections, keepalive_timeout=KEEP_ALIVE_SECONDS)


async def open_aiohttp_without_keep_alive(endpoint: Endpoint, connections: int) -> Client:
    """With aiohttp and a new connection for each request."""
    return aiohttp_client(endpoint, connections, force_close=True)


def aiohttp_client(endpoint: Endpoint, connections: int, **options: Any) -> Client:
    """One session for all requests."""
    import aiohttp

    tls = endpoint.tls()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=True if tls is None else tls, **options))
    url = url_of(endpoint)

    async def get() -> None:
        async with session.get(url) as response:
            check(response.status, await response.read())

    return Client([get] * connections, session.close)


async def open_httpx(endpoint: Endpoint, connections: int) -> Client:
    """With httpx, which keeps connections."""
    return httpx_client(endpoint, connections, kept=connections)


async def open_httpx_without_keep_alive(endpoint: Endpoint, connections: int) -> Client:
    """With httpx and a new connection for each request."""
    return httpx_client(endpoint, connections, kept=0)


def httpx_client(endpoint: Endpoint, connections: int, kept: int) -> Client:
    """One client for all requests; without the proxies that the environment may name."""
    import httpx

    limits = httpx.Limits(max_keepalive_connections=kept, keepalive_expiry=KEEP_ALIVE_SECONDS)
    client = httpx.AsyncClient(verify=endpoint.tls() or False, limits=limits, trust_env=False)

    async def get(url: str) -> None:
        response = await client.get(url)
        check(response.status_code, response.content)

    return Client([partial(get, url_of(endpoint))] * connections, client.aclose)


def url_of(endpoint: Endpoint) -> str:
    """The root of the server."""
    scheme = "http" if endpoint.certificate is None else "https"
    return f"{scheme}://{HOST}:{endpoint.port}/"
