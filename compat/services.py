"""What `python -m compat` runs: programs of this folder, and test suites of libraries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A library, and the program of `compat/programs` that uses it."""

    name: str
    """Of the distribution."""
    program: str
    server: str | None = None
    """A program of `compat.servers` that has to run."""
    command: str | None = None
    """One that has to be on PATH."""
    beside: tuple[str, ...] = ()
    """Further distributions that it needs."""


SERVICES = (
    Service("asyncpg", "asyncpg_program", "postgres"),
    Service("psycopg", "psycopg_program", "postgres"),
    Service("redis", "redis_program", "redis-server"),
    Service("nats-py", "nats_program", "nats-server"),
    Service("grpcio", "grpc_program"),
    Service("aiohttp", "aiohttp_program"),
    Service("httpx", "httpx_program", beside=("uvicorn",)),
    Service("hypercorn", "hypercorn_program"),
    Service("uvicorn", "uvicorn_program"),
    Service("gunicorn", "gunicorn_program", beside=("uvicorn-worker",)),
    Service("granian", "granian_program"),
    Service("websockets", "websockets_program"),
    Service("aioquic", "aioquic_program"),
    Service("asyncssh", "asyncssh_program"),
    Service("distributed", "distributed_program", beside=("dask",)),
    Service("ipykernel", "ipykernel_program", beside=("jupyter_client",)),
    Service("pytest-asyncio", "pytest_asyncio_program", beside=("pytest",)),
    Service("anyio", "anyio_program"),
    Service("tornado", "tornado_program"),
    Service("trio", "trio_program"),
    Service("jpype1", "jpype_program", command="java"),
)


@dataclass(frozen=True)
class Suite:
    """The tests of a library, which its wheel or its sdist brings."""

    name: str
    command: tuple[str, ...]
    """Arguments of Python."""
    sdist: bool = False
    """Whether the tests are in the sdist alone; the command then runs in its folder."""


# On its asyncio backend, without IPv6, which a machine may lack. Other plugins of pytest would act on these tests.
_ANYIO = (
    "-q",
    "--tb=native",
    "-k",
    "not trio and not ipv6",
    "--timeout=60",
    "-p",
    "no:asyncio",
    "-p",
    "no:cacheprovider",
)

SUITES = (
    Suite("tornado", ("-m", "tornado.test", "--logging=error")),
    Suite("aioquic", ("-m", "unittest", "discover", "-s", "tests", "-t", "."), sdist=True),
    Suite("anyio", ("-m", "pytest", *_ANYIO, "tests"), sdist=True),
)
