"""Machines and sandboxes on which the engine has less than usual, and works all the same."""

import subprocess
from collections.abc import Callable

import pytest

from support.loop_kinds import LoopKind, only_pyloop
from survival.boot.server_programs import VISIT

Run = Callable[..., subprocess.CompletedProcess[str]]

# What a program needs of a loop, before and after it has been closed and made again.
USE = f"""
import asyncio, sys
async def main():
    await asyncio.sleep(0.001)
{VISIT}
    return "works"
for _ in range(2):
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(runner.run(main()))
"""
WORKS = "works\nworks\n"
UNAVAILABLE = 77

HOSTS = {
    "no /proc": f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
NEW_NAMESPACE, NEW_USER, PRIVATE = 0x00020000, 0x10000000, 0x44000
if libc.unshare(NEW_NAMESPACE) and libc.unshare(NEW_NAMESPACE | NEW_USER):
    sys.exit({UNAVAILABLE})
if libc.mount(None, b"/", None, PRIVATE, None) or libc.mount(b"none", b"/proc", b"tmpfs", 0, None):
    sys.exit({UNAVAILABLE})
assert os.listdir("/proc") == []
""",
    "memory that was written must not become code": f"""
import ctypes
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit({UNAVAILABLE})
""",
    "directory is gone": 'import os; os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")',
    "empty environment": "import os; os.environ.clear()",
    # EAGAIN of clone and clone3: what the limit of processes does to users other than root.
    "no more processes and threads": "from support.refused_calls import refuse; refuse((56, 435), 11)",
    "stack without a limit": "",
    "small stack": "",
    "small stack of a thread": """
import threading
threading.stack_size(256 << 10)
def in_thread(use):
    thread = threading.Thread(target=exec, args=(use, globals()))
    thread.start()
    thread.join()
""",
}
LAUNCHERS = {"stack without a limit": "ulimit -Ss unlimited", "small stack": "ulimit -Ss 1024"}


@pytest.mark.parametrize("host", HOSTS)
def test_loop_works(run: Run, kind: LoopKind, host: str) -> None:
    use = f"in_thread({USE!r})" if host == "small stack of a thread" else USE
    code = f"import asyncio, sys\n{kind.import_statement}\n{HOSTS[host]}\n{use}"
    launcher = ("sh", "-c", f'{LAUNCHERS[host]} && exec "$0" "$@"') if host in LAUNCHERS else ()
    # -P: CPython 3.13.0 fails where the current directory is in sys.path and is gone, whatever is imported.
    result = run(code, launcher=launcher, options=("-P",))
    if result.returncode == UNAVAILABLE:
        pytest.skip(f"this machine does not let a test have it: {host}")
    assert (result.returncode, result.stdout, result.stderr) == (0, WORKS, ""), result


@only_pyloop
@pytest.mark.parametrize(
    "variables", [{"TMPDIR": "/nonexistent"}, {"TMPDIR": "/proc"}, {"HOME": "/nonexistent"}], ids=str
)
def test_directories_of_the_user_are_not_needed(run: Run, kind: LoopKind, variables: dict[str, str]) -> None:
    result = run(f"{kind.import_statement}\n{USE}", **variables)
    assert (result.returncode, result.stdout, result.stderr) == (0, WORKS, ""), result
