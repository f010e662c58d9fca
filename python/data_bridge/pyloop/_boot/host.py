"""Hosts that PyLoop refuses, each with its cause and the way out.

Nothing here imports ctypes at module level: an isolated subinterpreter cannot import it and must still be told why.
"""

from __future__ import annotations

import mmap
import os
import resource
import sys

_PR_GET_MDWE = 66
_SMALLEST_STACK = 256 << 10
_MIB = 1 << 20

# With less, the JVM does not fail but crashes or hangs, at many points of its start.
_NEEDED_ADDRESS_SPACE = 1536 * _MIB
_NEEDED_DATA = 256 * _MIB


def refuse_unsupported_interpreter() -> None:
    """Raise ImportError unless this interpreter and machine can carry the engine."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an installer may have been told to ignore the requirement
        raise ImportError(f"PyLoop needs Python 3.11 or newer, this is {sys.version.split()[0]}; use a newer Python")
    if sys.implementation.name != "cpython":
        raise ImportError(f"PyLoop binds CPython's C API, this is {sys.implementation.name}; use CPython")
    if not sys.platform.startswith("linux"):
        raise ImportError(f"PyLoop supports Linux only, this is {sys.platform}; use asyncio's own event loop here")
    machine = os.uname().machine
    if machine != "x86_64" or sys.maxsize < 2**32:
        raise ImportError(f"PyLoop supports 64-bit x86-64 only, this is {machine}; use asyncio's own event loop here")
    if "t" in sys.abiflags:
        raise ImportError("PyLoop does not support free-threaded builds of Python; use a build with the GIL")
    if hasattr(sys, "getobjects"):
        raise ImportError("PyLoop does not support builds with Py_TRACE_REFS; use an ordinary build of Python")


def refuse_subinterpreter() -> None:
    """Raise ImportError unless this is the main interpreter: the engine's types belong to one interpreter."""
    text = "PyLoop works in the main interpreter only, this is a subinterpreter; create the loop in the main one"
    try:
        import ctypes
    except ImportError as error:
        if "subinterpreter" in str(error):
            raise ImportError(text) from error
        raise ImportError(
            f"PyLoop needs the module ctypes, which this Python cannot import ({error}); use a Python built with libffi"
        ) from error
    api = ctypes.pythonapi
    api.PyInterpreterState_Get.restype = ctypes.c_void_p
    api.PyInterpreterState_Main.restype = ctypes.c_void_p
    if api.PyInterpreterState_Get() != api.PyInterpreterState_Main():
        raise ImportError(text)


def refuse_executable_memory_ban() -> None:
    """Raise RuntimeError when this process is not allowed to make written memory executable.

    The JVM would end the whole process with exit(1), before any of our hooks is consulted.
    """
    from .libc import LIBC

    # The kernel's own ban since 6.3; older kernels answer -1. Other bans show only when they are tried.
    banned = LIBC.prctl(_PR_GET_MDWE, 0, 0, 0, 0) > 0
    try:
        mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    except PermissionError:
        banned = True
    if banned:
        raise RuntimeError(
            "PyLoop needs a just-in-time compiler, but this process must not make memory executable"
            " (memory-deny-write-execute is on); start it without that protection,"
            " for systemd: MemoryDenyWriteExecute=no"
        )


def refuse_tight_limits() -> None:
    """Raise RuntimeError when a limit on memory leaves too little for a JVM."""
    try:
        with open("/proc/self/statm", "rb") as file:
            fields = [int(field) * mmap.PAGESIZE for field in file.read().split()]
    except OSError:
        return  # no procfs: the use is unknown
    for limit, option, used, needed in (
        (resource.RLIMIT_AS, "-v", fields[0], _NEEDED_ADDRESS_SPACE),
        (resource.RLIMIT_DATA, "-d", fields[5], _NEEDED_DATA),
    ):
        soft = resource.getrlimit(limit)[0]
        if soft != resource.RLIM_INFINITY and soft - used < needed:
            raise RuntimeError(
                f"PyLoop needs {needed // _MIB} MiB of {'address space' if option == '-v' else 'data segment'}, the"
                f" limit leaves {max(soft - used, 0) // _MIB} MiB; raise it (ulimit {option} {(used + needed) >> 10})"
            )


def refuse_missing_directory() -> None:
    """Raise RuntimeError when the current directory is gone: Java cannot start there."""
    try:
        os.getcwd()
    except OSError as error:
        raise RuntimeError(
            f"PyLoop cannot start its engine because the current directory cannot be read ({error.strerror});"
            " change to a directory that exists"
        ) from error


def refuse_foreign_jvm() -> None:
    """Raise RuntimeError when a JVM library is already mapped: a second one would end the process with exit(1)."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = {line.rstrip("\n").split(maxsplit=5)[-1] for line in maps if "libjvm.so" in line}
    except OSError:
        return  # no procfs: the count of created JVMs, checked after loading, is all there is
    if paths:
        raise RuntimeError(
            f"another Java virtual machine is already loaded into this process ({', '.join(sorted(paths))}),"
            " and a process can hold only one; create the first PyLoop in a process that does not load it"
        )


def refuse_small_stack() -> None:
    """Raise RuntimeError when this thread's stack is too small for Java, which would end the process instead."""
    from .libc import current_stack_size

    size = current_stack_size()
    if size < _SMALLEST_STACK:
        raise RuntimeError(
            f"PyLoop needs a thread stack of at least {_SMALLEST_STACK >> 10} KiB, this thread's has {size >> 10} KiB;"
            " create the loop in the main thread, or raise threading.stack_size() or the limit of stacks (ulimit -s)"
        )
