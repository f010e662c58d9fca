"""Programs that fork, for the tests of forked children."""

from support.loop_kinds import LoopKind, assert_printed

HELPERS = """
import asyncio, os, signal, sys, traceback, warnings
# From Python 3.12 on, of the threads that a test has started; of nothing else a child or its parent is warned.
warnings.simplefilter("error")
warnings.filterwarnings("ignore", "This process", DeprecationWarning)
warnings.simplefilter("ignore", ResourceWarning)  # a child may leave with everything open

def in_child(function):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # a child that hangs outlives nobody
        code = 99
        try:
            code = function()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

async def main():
    await asyncio.sleep(0.001)
    child = await asyncio.create_subprocess_exec("sh", "-c", "exit 7")
    return await child.wait()
"""


def expect(kind: LoopKind, source: str, stdout: str) -> None:
    """Run a program with the helpers above, which must print this, write no errors and end well."""
    assert_printed(kind.run_program(HELPERS + source), stdout)
