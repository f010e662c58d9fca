"""ipykernel: a kernel that a client starts, as Jupyter does: await in cells, tasks across cells, an interrupt."""

import os
import time
from typing import Any

from jupyter_client.manager import start_new_kernel

from compat.commands import environment
from compat.program import PROMPTLY

CELLS = (
    "import asyncio; print('loop', type(asyncio.get_running_loop()).__name__)",
    "task = asyncio.create_task(asyncio.sleep(0.01, 'a task of another cell'))",
    "print(await task)",
    "print(await asyncio.gather(*(asyncio.sleep(0.01, n) for n in range(3))))",
    "process = await asyncio.create_subprocess_exec('echo', 'child', stdout=-1)\n"
    "print((await process.communicate())[0])",
)


def output_of(client: Any, code: str) -> str:
    """What a cell prints, or the name of what it raises."""
    texts: list[str] = []

    def note(message: Any) -> None:
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])
        elif message["msg_type"] == "error":
            texts.append(message["content"]["ename"])

    client.execute_interactive(code, timeout=PROMPTLY, output_hook=note)
    return "".join(texts).strip()


def main() -> None:
    variables = environment()
    if os.environ["COMPAT_LOOP"] == "PyLoop":
        variables["PYLOOP_INSTALL"] = "1"
    manager, client = start_new_kernel(kernel_name="python3", env=variables, startup_timeout=PROMPTLY)
    try:
        for cell in CELLS:
            print(output_of(client, cell))
        identity = client.execute("import time; time.sleep(60)", stop_on_error=False)
        wait_until_busy(client, identity)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=PROMPTLY)
        while reply["parent_header"].get("msg_id") != identity:
            reply = client.get_shell_msg(timeout=PROMPTLY)
        print("interrupted", reply["content"]["ename"])
        print(output_of(client, "print('alive')"))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def wait_until_busy(client: Any, identity: str) -> None:
    while True:
        message = client.get_iopub_msg(timeout=PROMPTLY)
        if message["parent_header"].get("msg_id") == identity and message["msg_type"] == "execute_input":
            time.sleep(0.5)  # the cell begins after the message
            return


if __name__ == "__main__":
    main()
