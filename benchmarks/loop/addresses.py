"""Addresses that need not be looked up."""

from __future__ import annotations

import socket
from time import perf_counter_ns

from .base import Workload, expect


class AddressLiterals(Workload):
    """`await loop.getaddrinfo("127.0.0.1", 80, type=SOCK_STREAM)` n times, one after the other."""

    name = "getaddrinfo_literal"
    title = "getaddrinfo of 127.0.0.1"
    operations = 200
    unit = "us"

    def run(self, n: int) -> list[int]:
        loop = self.loop
        right = 0

        async def look_up() -> int:
            nonlocal right
            start = perf_counter_ns()
            for _ in range(n):
                found = await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
                right += found[0][4] == ("127.0.0.1", 80)
            return perf_counter_ns() - start

        elapsed = loop.run_until_complete(look_up())
        expect("right addresses", right, n)
        return [elapsed]

    def tear_down(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        super().tear_down()
