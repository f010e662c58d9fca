"""Work in other threads and processes: executors, address resolution, and their shutdown."""

import asyncio
import concurrent.futures
import contextvars
import socket
import sys
import threading
import time

import pytest

from support.loop_kinds import Loop


def test_job_runs_in_another_thread(loop: Loop) -> None:
    async def main() -> int:
        return await loop.run_in_executor(None, threading.get_ident)

    assert loop.run_until_complete(main()) != threading.get_ident()
    loop.run_until_complete(loop.shutdown_default_executor())


def test_arguments_result_and_exception_pass_through(loop: Loop) -> None:
    async def main() -> None:
        assert await loop.run_in_executor(None, divmod, 17, 5) == (3, 2)
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, divmod, 1, 0)

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())


def test_many_jobs(loop: Loop) -> None:
    async def main() -> list[int]:
        return await asyncio.gather(*(loop.run_in_executor(None, abs, -number) for number in range(1000)))

    assert loop.run_until_complete(main()) == list(range(1000))
    loop.run_until_complete(loop.shutdown_default_executor())


def test_loop_goes_on_while_a_job_blocks(loop: Loop) -> None:
    async def main() -> int:
        release = threading.Event()
        job = loop.run_in_executor(None, release.wait)
        ticks = 0
        for _ in range(10):
            await asyncio.sleep(0.001)
            ticks += 1
        release.set()
        await job
        return ticks

    assert loop.run_until_complete(main()) == 10
    loop.run_until_complete(loop.shutdown_default_executor())


def test_given_executor_is_used(loop: Loop) -> None:
    with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="given") as executor:

        async def main() -> str:
            return await loop.run_in_executor(executor, lambda: threading.current_thread().name)

        assert loop.run_until_complete(main()).startswith("given")


def test_default_executor_can_be_set_and_must_be_a_thread_pool(loop: Loop) -> None:
    with pytest.raises(TypeError, match="executor must be ThreadPoolExecutor instance"):
        loop.set_default_executor(object())  # type: ignore[arg-type]
    executor = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="default")
    loop.set_default_executor(executor)

    async def main() -> str:
        return await loop.run_in_executor(None, lambda: threading.current_thread().name)

    assert loop.run_until_complete(main()).startswith("default")
    loop.run_until_complete(loop.shutdown_default_executor())


def test_to_thread_carries_the_context(loop: Loop) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    async def main() -> str:
        variable.set("carried")
        return await asyncio.to_thread(variable.get)

    assert loop.run_until_complete(main()) == "carried"
    loop.run_until_complete(loop.shutdown_default_executor())


def test_shutdown_waits_for_jobs_and_is_final(loop: Loop) -> None:
    finished: list[str] = []

    def job() -> None:
        time.sleep(0.05)
        finished.append("job")

    async def main() -> None:
        running = loop.run_in_executor(None, job)
        await loop.shutdown_default_executor()
        assert finished == ["job"]
        await running
        with pytest.raises(RuntimeError, match="Executor shutdown has been called"):
            loop.run_in_executor(None, int)
        await loop.shutdown_default_executor()

    loop.run_until_complete(main())


@pytest.mark.skipif(sys.version_info < (3, 13), reason="3.11 has no timeout, 3.12 ignores it until the jobs are done")
def test_shutdown_that_takes_too_long_warns(loop: Loop) -> None:
    release = threading.Event()

    async def main() -> None:
        running = loop.run_in_executor(None, release.wait)
        with pytest.warns(RuntimeWarning, match=r"The executor did not finishing joining its threads within 0\.05 "):
            await loop.shutdown_default_executor(timeout=0.05)  # type: ignore[call-arg]
        release.set()
        await running

    loop.call_later(60, release.set)
    loop.run_until_complete(main())


def test_close_shuts_the_default_executor_down_without_waiting(loop: Loop) -> None:
    release = threading.Event()
    future = loop.run_in_executor(None, release.wait)
    loop.close()
    assert loop.is_closed()
    release.set()
    assert not future.done()


def test_job_that_ends_after_close_is_silent(loop: Loop) -> None:
    release, ended = threading.Event(), threading.Event()

    def job() -> None:
        release.wait()
        ended.set()

    loop.run_in_executor(None, job)
    loop.close()
    release.set()
    assert ended.wait(30)


def test_address_resolution(loop: Loop) -> None:
    async def main() -> None:
        infos = await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
        assert infos == socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
        host, service = await loop.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
        assert (host, service) == ("127.0.0.1", "80")
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo("host with spaces", 80, flags=socket.AI_NUMERICHOST)

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_default_executor())
