"""anyio on its asyncio backend: task groups, cancel scopes, threads, sockets, TLS, processes, signals."""

import os
import signal
import sys

import anyio
import anyio.to_process
import anyio.to_thread
from anyio.abc import ByteStream
from anyio.streams.tls import TLSListener, TLSStream

from compat.program import client_context, print_loop, server_context


async def echo(stream: ByteStream) -> None:
    async with stream:
        async for data in stream:
            await stream.send(data)


async def talk(port: int) -> int:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        data = bytes(100_000)
        received = 0
        async with anyio.create_task_group() as group:
            group.start_soon(stream.send, data)
            while received < len(data):
                received += len(await stream.receive())
        return received


async def main() -> None:
    print_loop()
    sums: list[int] = []
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, echo)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with anyio.create_task_group() as clients:
            for _ in range(20):

                async def client() -> None:
                    sums.append(await talk(port))

                clients.start_soon(client)
        group.cancel_scope.cancel()
    print("echoed", sum(sums))
    left, right = anyio.create_memory_object_stream[int](10)
    async with anyio.create_task_group() as group:

        async def produce() -> None:
            async with left:
                for number in range(1000):
                    await left.send(number)

        group.start_soon(produce)
        print("stream", sum([number async for number in right]))
    with anyio.move_on_after(0.05) as scope:
        await anyio.sleep_forever()
    print("cancelled", scope.cancelled_caught)
    print("thread", await anyio.to_thread.run_sync(sum, range(10)))
    print("process", await anyio.to_process.run_sync(sum, range(10)))
    print("command", (await anyio.run_process([sys.executable, "-c", "print('child')"])).stdout)
    with anyio.open_signal_receiver(signal.SIGUSR1) as signals:
        os.kill(os.getpid(), signal.SIGUSR1)
        async for number in signals:
            print("signal", number.name)
            break
    await over_tls()


async def over_tls() -> None:
    plain_listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = plain_listener.extra(anyio.abc.SocketAttribute.local_port)
    listener = TLSListener(plain_listener, server_context())
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, echo)
        plain = await anyio.connect_tcp("127.0.0.1", port)
        stream = await TLSStream.wrap(plain, hostname="localhost", ssl_context=client_context())
        async with stream:
            await stream.send(b"hello")
            print("tls", await stream.receive())
        group.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main)
