"""The JVM's own flags are found by its debugging tables, and a fork inside a callback leaves them as they were."""

from collections.abc import Callable

FLAGS = """
import ctypes, os, sys, warnings
import data_bridge.pyloop as pyloop
from data_bridge.pyloop._boot import vm_flags
from data_bridge.pyloop._boot.sequence import find_library
warnings.simplefilter("ignore", DeprecationWarning)
loop = pyloop.new_event_loop()
library = ctypes.CDLL(str(find_library()))
"""


def test_flags_by_name(run_clean: Callable[..., str]) -> None:
    code = """
print(vm_flags.bool_flag(library, "UseCompiler").value, vm_flags.bool_flag(library, "UseSystemMemoryBarrier").value)
print(vm_flags.bool_flag(library, "DisableAttachMechanism").value, vm_flags.bool_flag(library, "PrintFlagsFinal").value)
print(vm_flags.bool_flag(library, "NoSuchFlag"), vm_flags.bool_flag(ctypes.CDLL(None), "UseCompiler"))
loop.close()
"""
    assert run_clean(FLAGS + code) == "True True\nTrue False\nNone None\n"


def test_compilers_rest_in_the_child_only(run_clean: Callable[..., str]) -> None:
    code = """
enabled = vm_flags.bool_flag(library, "UseCompiler")
def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(enabled.value)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), enabled.value)
loop.call_soon(fork)
loop.call_soon(loop.stop)
loop.run_forever()
fork()  # outside of callbacks the JVM is left alone
loop.close()
"""
    assert run_clean(FLAGS + code) == "0 True\n1 True\n"
