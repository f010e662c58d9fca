"""Scenarios of applications: what a user would run, servers and clients."""

from __future__ import annotations

from benchmarks.network.scenarios import Load, Scenario

REQUESTS = (Load(1, 50),)
CALLS = (Load(1, 16),)
QUERIES = (Load(1, 10),)
UVICORN = ("uvicorn", "httptools")

MAIN = ("fastapi", "websockets", "asyncpg-plain")
"""What a run that is not full has."""


def quick(name: str, loads: tuple[Load, ...]) -> tuple[Load, ...]:
    """The loads of a run that is not full."""
    return loads if name in MAIN else ()


SERVERS = tuple(
    Scenario(name, title, name, REQUESTS, quick(name, REQUESTS), exchange="http", packages=packages, layered=True)
    for name, title, packages in (
        ("uvicorn-json", "uvicorn, JSON", UVICORN),
        ("uvicorn-10k", "uvicorn, 10 KiB", UVICORN),
        ("starlette", "Starlette on uvicorn, JSON", (*UVICORN, "starlette")),
        ("fastapi", "FastAPI on uvicorn, JSON of a model", (*UVICORN, "fastapi", "pydantic")),
        ("split-http", "Protocol, HTTP, head and body written apart", ()),
    )
)

DRIVEN = tuple(
    Scenario(f"{name}-server", title, name, CALLS, packages=(name,), driver=name, layered=True)
    for name, title in (
        ("websockets", "websockets as a server, echo of 1 KiB"),
        ("grpc", "gRPC as a server, unary calls of 1 KiB"),
    )
)

WORKERS = tuple(
    Scenario(
        f"workers-{count}",
        f"uvicorn, {count} process{'' if count == 1 else 'es'} at one port",
        "uvicorn",
        REQUESTS,
        exchange="http",
        packages=UVICORN,
        # Each has a processor as far as there are enough.
        pinned=False,
        workers=count,
    )
    for count in (1, 2)
)

CLIENTS = tuple(
    Scenario(name, title, program, loads, quick(name, loads), packages=packages, peer=peer, layered=True)
    for name, title, program, loads, packages, peer in (
        ("aiohttp-client-http", "aiohttp as a client of HTTP", "aiohttp-client", CALLS, ("aiohttp", *UVICORN), "http"),
        ("httpx-client-http", "httpx as a client of HTTP", "httpx-client", CALLS, ("httpx", *UVICORN), "http"),
        ("websockets", "websockets as a client, 1 KiB", "websockets", CALLS, ("websockets",), "websockets"),
        ("grpc", "gRPC as a client, unary calls of 1 KiB", "grpc", CALLS, ("grpc",), "grpc"),
        ("asyncpg-plain", "asyncpg without TLS, SELECT 1", "asyncpg", QUERIES, ("asyncpg",), "postgres"),
        ("asyncpg-rows-plain", "asyncpg without TLS, 100 rows", "asyncpg-rows", QUERIES, ("asyncpg",), "postgres"),
        ("redis", "redis-py, SET and GET", "redis", QUERIES, ("redis",), "redis"),
        ("redis-pipeline", "redis-py, 50 commands at once", "redis-pipeline", QUERIES, ("redis",), "redis"),
    )
)

APPLICATIONS = (*SERVERS, *DRIVEN, *WORKERS, *CLIENTS)
