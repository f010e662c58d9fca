"""Makes system calls fail, as old kernels, container runtimes and sandboxes do: for programs in their own processes."""

import ctypes
import struct

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP = 317
_SECCOMP_SET_MODE_FILTER = 1
_RET_ERRNO = 0x00050000
_RET_ALLOW = 0x7FFF0000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06


def refuse(calls: tuple[int, ...], error: int) -> None:
    """From now on the calls with these numbers fail with that error, in this thread and in those it starts.

    It cannot be undone.
    """
    filters = [struct.pack("HBBI", _LOAD, 0, 0, 0)]  # the number of the call
    filters += [struct.pack("HBBI", _JUMP_IF_EQUAL, len(calls) - i, 0, call) for i, call in enumerate(calls)]
    filters += [struct.pack("HBBI", _RETURN, 0, 0, value) for value in (_RET_ALLOW, _RET_ERRNO | error)]
    program = ctypes.create_string_buffer(b"".join(filters))
    pointer = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filters), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(_SECCOMP, _SECCOMP_SET_MODE_FILTER, 0, pointer):
        raise OSError(ctypes.get_errno(), "seccomp")
