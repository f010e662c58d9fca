"""Handles that wait for reuse are invisible: the garbage collector does not show them."""

import asyncio
import gc
import socket
from typing import Any

from support.loop_kinds import Loop

_READERS = 20


def test_collector_sees_no_empty_handles(loop: Loop) -> None:
    """A reader that its own callback removes goes back to the pool, if there is one, when the callback returns."""

    async def main() -> None:
        pairs = [socket.socketpair() for _ in range(_READERS)]
        removed = []
        done = loop.create_future()

        def remove(sock: socket.socket) -> None:
            loop.remove_reader(sock)
            removed.append(sock)
            if len(removed) == _READERS:
                done.set_result(None)

        for left, right in pairs:
            loop.add_reader(left, remove, left)
            right.send(b"x")
        await done
        await asyncio.sleep(0)
        handles: list[Any] = [thing for thing in gc.get_objects() if isinstance(thing, asyncio.Handle)]
        assert handles  # that of the loop's own wakeup
        assert all(hasattr(handle, "_callback") for handle in handles)
        for pair in pairs:
            for sock in pair:
                sock.close()

    loop.run_until_complete(main())
