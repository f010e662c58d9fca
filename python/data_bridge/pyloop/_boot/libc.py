"""The few C library calls the boot makes, typed once."""

import ctypes
import os

#: Symbols of the C library, as the process has already loaded it.
LIBC = ctypes.CDLL(None, use_errno=True)

_SA_ONSTACK = 0x08000000


class Sigaction(ctypes.Structure):
    """glibc's `struct sigaction` on x86-64.

    Python's `signal` module only knows handlers that were set through it; the raw record is needed to put back
    exactly what was there.
    """

    _fields_ = [
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_ubyte * 128),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    ]

    def runs_on_alternate_stack(self) -> "Sigaction":
        """Return a copy with SA_ONSTACK set."""
        copy = Sigaction.from_buffer_copy(self)
        copy.flags |= _SA_ONSTACK
        return copy


_POINTER = ctypes.POINTER(Sigaction)
LIBC.sigaction.argtypes = [ctypes.c_int, _POINTER, _POINTER]
LIBC.sigaction.restype = ctypes.c_int
LIBC.getenv.argtypes = [ctypes.c_char_p]
LIBC.getenv.restype = ctypes.c_char_p
LIBC.setenv.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
LIBC.unsetenv.argtypes = [ctypes.c_char_p]
LIBC.setlocale.argtypes = [ctypes.c_int, ctypes.c_char_p]
LIBC.setlocale.restype = ctypes.c_char_p
LIBC.vsnprintf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p]
LIBC.vsnprintf.restype = ctypes.c_int
LIBC.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
LIBC.prctl.restype = ctypes.c_int
LIBC.pthread_self.restype = ctypes.c_ulong
LIBC.pthread_getattr_np.argtypes = [ctypes.c_ulong, ctypes.c_void_p]
LIBC.pthread_attr_getstacksize.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)]
LIBC.pthread_attr_destroy.argtypes = [ctypes.c_void_p]

_PTHREAD_ATTR_SIZE = 56


def current_stack_size() -> int:
    """Return the size of the calling thread's stack in bytes."""
    attributes = ctypes.create_string_buffer(_PTHREAD_ATTR_SIZE)
    size = ctypes.c_size_t()
    if LIBC.pthread_getattr_np(LIBC.pthread_self(), attributes) != 0:
        raise RuntimeError("the C library cannot tell the size of this thread's stack")
    LIBC.pthread_attr_getstacksize(attributes, ctypes.byref(size))
    LIBC.pthread_attr_destroy(attributes)
    return size.value


def get_action(signum: int) -> Sigaction:
    """Read the kernel's action for a signal."""
    action = Sigaction()
    if LIBC.sigaction(signum, None, ctypes.byref(action)) != 0:
        raise _os_error()
    return action


def set_action(signum: int, action: Sigaction) -> None:
    """Set the kernel's action for a signal, behind Python's back."""
    if LIBC.sigaction(signum, ctypes.byref(action), None) != 0:
        raise _os_error()


def default_action() -> Sigaction:
    """Return the action that means SIG_DFL."""
    return Sigaction()


def get_environment(name: bytes) -> bytes | None:
    """Read a variable of the C environment, which `os.environ` only mirrors."""
    value: bytes | None = LIBC.getenv(name)
    return value


def set_environment(name: bytes, value: bytes | None) -> None:
    """Set or, with None, remove a variable of the C environment; `os.environ` keeps its own view."""
    failed = LIBC.unsetenv(name) if value is None else LIBC.setenv(name, value, 1)
    if failed:
        raise _os_error()


def _os_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
