"""Child processes: a conversation over pipes, a pipeline of a shell, and exit codes.

Prints what the children said and how they ended.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE

CALCULATOR = """
import sys
for line in sys.stdin:
    print(sum(map(int, line.split())), flush=True)
sys.exit(3)
"""


async def converse() -> None:
    """Ask a child one question at a time."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CALCULATOR, stdin=PIPE, stdout=PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    for question in ("1 2 3", "40 2", "100 200 300"):
        child.stdin.write(f"{question}\n".encode())
        print(question, "->", (await child.stdout.readline()).decode().strip())
    child.stdin.close()
    print("exit code", await child.wait())


async def pipeline() -> None:
    """Let a shell connect three programs, and feed the first one more than a pipe holds."""
    child = await asyncio.create_subprocess_shell("sort -n | uniq | wc -l", stdin=PIPE, stdout=PIPE)
    numbers = "\n".join(str(number % 1000) for number in range(100_000))
    output, _ = await child.communicate(numbers.encode() + b"\n")
    print("distinct numbers", output.decode().strip(), "exit code", child.returncode)


async def terminate() -> None:
    """End a child that would run for an hour."""
    child = await asyncio.create_subprocess_exec("sleep", "3600")
    child.terminate()
    print("ended by signal", -await child.wait())


async def main() -> None:
    """Run the three in turn, and then several children at once."""
    await converse()
    await pipeline()
    await terminate()
    children = [await asyncio.create_subprocess_exec("sh", "-c", f"exit {code}") for code in range(10)]
    print("exit codes", await asyncio.gather(*(child.wait() for child in children)))


if __name__ == "__main__":
    asyncio.run(main())
