"""The functions of the C library that the engine's sources name, and the system calls that these make.

What a function does on x86-64 Linux, with glibc. Tests compare it with the sources.
"""

import re

from support.java_sources import bindings, sources
from support.project import ROOT

#: By name, the numbers of the system calls that a test refuses.
NUMBERS = {
    "poll": 7,
    "mprotect": 10,
    "writev": 20,
    "mremap": 25,
    "madvise": 28,
    "nanosleep": 35,
    "sendfile": 40,
    "socket": 41,
    "connect": 42,
    "accept": 43,
    "sendto": 44,
    "recvfrom": 45,
    "sendmsg": 46,
    "recvmsg": 47,
    "shutdown": 48,
    "getsockname": 51,
    "getpeername": 52,
    "socketpair": 53,
    "setsockopt": 54,
    "getsockopt": 55,
    "fcntl": 72,
    "fsync": 74,
    "getcwd": 79,
    "getrlimit": 97,
    "getuid": 102,
    "setrlimit": 160,
    "gettid": 186,
    "sched_getaffinity": 204,
    "clock_gettime": 228,
    "clock_nanosleep": 230,
    "epoll_wait": 232,
    "epoll_ctl": 233,
    "accept4": 288,
    "eventfd2": 290,
    "epoll_create1": 291,
    "recvmmsg": 299,
    "prlimit64": 302,
    "sendmmsg": 307,
    "membarrier": 324,
    "epoll_pwait2": 441,
}

#: System calls that no test refuses: without them there is no Python to report it, or no test.
NEVER_REFUSED = {
    "read": "Python reads its modules with it",
    "write": "the program could not report anything",
    "close": "Python closes its modules with it",
    "openat": "Python opens its modules with it",
    "fstat": "Python looks at its modules with it",
    "lseek": "Python reads its modules with it",
    "mmap": "malloc and the dynamic linker need it: Python ends",
    "munmap": "malloc needs it, and does not report errors",
    "brk": "malloc needs it, and then uses mmap",
    "exit_group": "no process can end without it",
    "tgkill": "an abort ends the process in another way",
    "futex": "the C library ends a process whose locks do not work",
    "clone3": "the C library starts no thread without it; test_unusual_hosts.py refuses threads",
    "sched_yield": "it does not fail in any way that a caller could see",
    "uname": "only the runtime's system properties ask for it, which the engine does not read",
    "readlink": "realpath; only the runtime's own lookup of files uses it, which the engine does not do",
}

#: The system calls of a function that are not those of its own name.
_OTHER_CALLS = {
    "recv": ("recvfrom",),
    "send": ("sendto",),
    "eventfd": ("eventfd2",),
    "usleep": ("nanosleep", "clock_nanosleep"),  # the second since glibc 2.31
    "nanosleep": ("nanosleep", "clock_nanosleep"),
    "getrlimit": ("getrlimit", "prlimit64"),
    "setrlimit": ("setrlimit", "prlimit64"),
    "dlopen": ("openat", "read", "fstat", "mmap", "mprotect", "close"),
    "open": ("openat",),
    "fdopen": ("fcntl",),
    "fprintf": ("write",),
    "calloc": ("brk", "mmap", "mprotect"),
    "malloc": ("brk", "mmap", "mprotect"),
    "strdup": ("brk", "mmap", "mprotect"),
    "free": ("brk", "munmap", "madvise"),
    "exit": ("exit_group",),
    "abort": ("tgkill",),
    "getpwuid_r": ("openat", "read", "fstat", "lseek", "close", "socket", "connect"),
    "realpath": ("readlink",),
    "pthread_create": ("clone3", "mmap", "mprotect"),
    "pthread_getattr_np": ("sched_getaffinity", "openat", "read", "close", "prlimit64"),
    "pthread_join": ("futex",),
    "pthread_mutex_lock": ("futex",),
    "pthread_mutex_unlock": ("futex",),
    "pthread_cond_broadcast": ("futex",),
    "pthread_cond_signal": ("futex",),
    "pthread_cond_timedwait": ("futex",),
    "pthread_cond_wait": ("futex",),
    "pthread_setname_np": ("openat", "write", "close"),
}

#: Functions that make no system call, once they are called as the engine calls them.
_WITHOUT_CALLS = frozenset(
    [
        "dlsym",
        "dladdr",
        "strerror",
        "inet_pton",
        "inet_ntop",
        "__errno_location",
        "__register_atfork",
        "__sched_cpucount",
        "getenv",
        "getpagesize",
        "isdigit",
        "memmove",
        "memset",
        "strcmp",
        "strlen",
        "strtoull",
        "sysconf",
        "syscall",
        "pthread_attr_destroy",
        "pthread_attr_getguardsize",
        "pthread_attr_getstack",
        "pthread_attr_init",
        "pthread_attr_setdetachstate",
        "pthread_attr_setstacksize",
        "pthread_cond_destroy",
        "pthread_cond_init",
        "pthread_condattr_destroy",
        "pthread_condattr_init",
        "pthread_condattr_setclock",
        "pthread_getspecific",
        "pthread_key_create",
        "pthread_key_delete",
        "pthread_mutex_destroy",
        "pthread_mutex_init",
        "pthread_mutex_trylock",
        "pthread_self",
        "pthread_setspecific",
    ]
)

_LINKED = re.compile(r'@CFunction\(value = "(\w+)"')
_BY_NUMBER = re.compile(r"\bSYS_(\w+)")
_OF_PYTHON = re.compile(r"_?Py")


def functions_of_sources() -> set[str]:
    """Every function of the C library that Java binds, that C calls, or that the linked runtime needs."""
    bound = {binding.symbol for binding in bindings() if not _OF_PYTHON.match(binding.symbol)}
    linked = {name for _, code in sources() for name in _LINKED.findall(code)}
    listed = (ROOT / "native" / "glibc-symbols.txt").read_text().splitlines()
    needed = {name for line in listed if not line.startswith(("#", "lib")) for name in line.split()}
    by_number = set(_BY_NUMBER.findall((ROOT / "native" / "support.c").read_text()))
    return bound | linked | needed | by_number


def described_functions() -> set[str]:
    """Every function that this module describes."""
    return {*_OTHER_CALLS, *_WITHOUT_CALLS}


def calls_of(function: str) -> tuple[str, ...]:
    """The system calls that a function makes. Raises KeyError if this module does not describe it."""
    if function in _WITHOUT_CALLS:
        return ()
    if function in _OTHER_CALLS:
        return _OTHER_CALLS[function]
    if function in NUMBERS or function in NEVER_REFUSED:
        return (function,)
    raise KeyError(function)
