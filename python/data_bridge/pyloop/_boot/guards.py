"""What a JVM changes in its process, saved before the boot and put back after it, whatever the outcome."""

import contextlib
import resource
import signal
from collections.abc import Iterator

from . import libc

#: Synchronous faults: blocking them would turn a null check in Java into the death of the process.
FAULTS = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)

# The JVM takes these even when told to leave signals alone. SIGUSR2 is only touched if the number below is refused.
_TAKEN_BY_JVM = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGUSR2)
# JVM options from the environment would print a line, and could contradict ours.
_JVM_VARIABLES = (b"JAVA_TOOL_OPTIONS", b"_JAVA_OPTIONS", b"JDK_JAVA_OPTIONS")
_SUSPEND_SIGNAL_VARIABLE = b"_JAVA_SR_SIGNUM"
_PREFERRED_SUSPEND_SIGNAL = 62
_LC_ALL = 6


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Block all signals but the faults in this thread.

    Threads of the JVM inherit the mask of the thread that starts them. Unmasked they would be legal receivers of a
    signal that the program has blocked everywhere else, and the default action would kill the process.
    """
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals() - set(FAULTS))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


@contextlib.contextmanager
def signal_actions_kept() -> Iterator[None]:
    """Put back the actions of signals that the JVM takes without need."""
    previous = {signum: libc.get_action(signum) for signum in _TAKEN_BY_JVM}
    try:
        yield
    finally:
        for signum, action in previous.items():
            libc.set_action(signum, action)


@contextlib.contextmanager
def environment_neutral(options: list[str]) -> Iterator[None]:
    """Hide the user's JVM variables from the JVM and choose its suspend signal, by default SIGUSR2.

    Only the C environment changes; `os.environ` does not. A program that another thread starts meanwhile inherits
    the change, so there is no more of it than necessary.
    """
    changes: dict[bytes, bytes | None] = dict.fromkeys(_JVM_VARIABLES)
    changes[_SUSPEND_SIGNAL_VARIABLE] = str(_suspend_signal()).encode()
    if not all(option.isascii() for option in options):
        changes[b"LC_ALL"] = b"C.UTF-8"  # else the JVM would not find files under LC_ALL=C
    previous = {name: libc.get_environment(name) for name in changes}
    try:
        for name, value in changes.items():
            libc.set_environment(name, value)
        yield
    finally:
        for name, value in previous.items():
            libc.set_environment(name, value)


def _suspend_signal() -> int:
    candidates: list[int] = [_PREFERRED_SUSPEND_SIGNAL, *range(signal.SIGRTMAX, signal.SIGRTMIN, -1)]
    unused = (signum for signum in candidates if not libc.get_action(signum).handler)
    return next(unused, _PREFERRED_SUSPEND_SIGNAL)


@contextlib.contextmanager
def locale_kept() -> Iterator[None]:
    """Put back the C locale: the JVM calls `setlocale(LC_ALL, "")`, and decimal commas appear in C extensions."""
    previous: bytes | None = libc.LIBC.setlocale(_LC_ALL, None)
    try:
        yield
    finally:
        libc.LIBC.setlocale(_LC_ALL, previous)


@contextlib.contextmanager
def file_limit_kept() -> Iterator[None]:
    """Put back the soft limit of open files should an option of the user have let the JVM raise it."""
    previous = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        yield
    finally:
        if resource.getrlimit(resource.RLIMIT_NOFILE) != previous:
            resource.setrlimit(resource.RLIMIT_NOFILE, previous)


@contextlib.contextmanager
def process_kept(options: list[str]) -> Iterator[None]:
    """Combine the guards above, except the signal mask, for the creation of a JVM with `options`."""
    with signal_actions_kept(), environment_neutral(options), locale_kept(), file_limit_kept():
        yield
