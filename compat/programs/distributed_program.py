"""distributed: a scheduler and a worker with its nanny from Dask's command line, and a client that computes there."""

import asyncio

from distributed import Client, get_worker

from compat.commands import free_port, running
from compat.program import PROMPTLY, run


def loop_of_the_worker() -> str:
    return type(get_worker().loop.asyncio_loop).__name__


def loop_of_the_scheduler(dask_scheduler: object = None) -> str:
    return type(dask_scheduler.loop.asyncio_loop).__name__  # type: ignore[attr-defined]


async def main() -> None:
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    options = ("--no-dashboard", "--host", "127.0.0.1")
    with (
        running("dask", "scheduler", "--port", str(port), *options),
        running("dask", "worker", address, "--nworkers", "2", "--nthreads", "1", *options),
    ):
        async with Client(address, asynchronous=True, timeout=PROMPTLY) as client:
            await client.wait_for_workers(2, timeout=PROMPTLY)
            names = await asyncio.gather(*(client.submit(loop_of_the_worker, pure=False) for _ in range(10)))
            names.append(await client.run_on_scheduler(loop_of_the_scheduler))
            for name in sorted(set(names)):
                print("loop", name)
            futures = client.map(lambda number: number**2, range(300))
            print("sum", await client.submit(sum, futures))
            large = await client.scatter(bytes(5_000_000))
            print("large", await client.submit(len, large))


if __name__ == "__main__":
    run(main)
