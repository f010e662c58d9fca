"""Functions that run in a child before its program, and leave the parent as it was."""

import asyncio
import os
import warnings

from support.chosen_loop import new_event_loop

ran: list[int] = []


def prepare() -> None:
    """Change what a child has of its own."""
    ran.append(os.getpid())
    os.umask(0o027)
    os.nice(3)
    os.chdir("/")
    os.environ["NOT"] = "inherited"


def fail() -> None:
    """Let the child not start."""
    raise ValueError("not in the mood")


async def run_children(folder: str) -> tuple[object, ...]:
    """Assert that what `prepare` does reaches children; return what is as it was."""
    for number in range(5):
        command = f"umask; nice; pwd; exit {number}"
        child = await asyncio.create_subprocess_exec("sh", "-c", command, stdout=-1, preexec_fn=prepare)
        output, _ = await child.communicate()
        assert output.split() == [b"0027", b"%d" % (os.nice(0) + 3), b"/"], output
        assert child.returncode == number
    try:
        await asyncio.create_subprocess_exec("true", preexec_fn=fail)
    except Exception as error:
        print(type(error).__name__, error)
    # The loop and its process are as they were.
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 5")
    return ran, await child.wait(), await asyncio.sleep(0.01, "alive"), os.getcwd() == folder


def main() -> None:
    """Print how a failing function is reported, and what is as it was."""
    warnings.simplefilter("ignore", DeprecationWarning)
    os.umask(0o022)
    folder = os.getcwd()
    loop = new_event_loop()
    print(*loop.run_until_complete(asyncio.wait_for(run_children(folder), 60)))
    loop.close()


if __name__ == "__main__":
    main()
