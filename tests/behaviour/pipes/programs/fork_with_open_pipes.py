"""Forks with open pipe transports; the child drops them and exits with 5, the parent prints that and exits with 7."""

import asyncio
import gc
import os
import sys
import warnings

from support.chosen_loop import new_event_loop

# Of the module, so that the parent's are there until the interpreter has ended.
transports: list[asyncio.BaseTransport] = []


async def connect_pipes() -> None:
    loop = asyncio.get_running_loop()
    for size in (1, 1 << 20):
        read_end, write_end = os.pipe()
        reader, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(read_end, "rb", 0))
        writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(write_end, "wb", 0))
        reader.pause_reading()
        writer.write(bytes(size))
        transports.extend([reader, writer])


def main() -> None:
    warnings.simplefilter("ignore")
    loop = new_event_loop()
    loop.run_until_complete(connect_pipes())
    child = os.fork()
    if not child:
        transports.clear()
        del loop
        gc.collect()
        sys.exit(5)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    sys.exit(7)


if __name__ == "__main__":
    main()
