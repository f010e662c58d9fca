"""Creation of the JVM, in a way that its failure is an exception and not the end of the process."""

import _thread
import contextlib
import ctypes
import os
from pathlib import Path
from typing import NoReturn

from . import crash_handlers, guards, hooks, libc
from .explain import creation_error

#: JNI_VERSION_24, the newest number that JDK 25 knows. An older number would let an older JDK start.
JNI_VERSION = 0x00180000

_HELPER_STACK = 4 << 20
_MESSAGE_CAPACITY = 16 << 10
_STDERR = 2
_DETACH_CURRENT_THREAD = 5

_Vfprintf = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_Abort = ctypes.CFUNCTYPE(None)
# The JVM calls its hooks until the process ends, so they are never released.
_immortal: list[object] = []


class _Option(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("extra", ctypes.c_void_p)]


class _InitArgs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("count", ctypes.c_int),
        ("options", ctypes.POINTER(_Option)),
        ("ignore_unrecognized", ctypes.c_ubyte),
    ]


class Creation:
    """The one call of JNI_CreateJavaVM, made on a helper thread.

    When the JVM cannot start it often ends the process with exit(1) from inside that call. It consults its `abort`
    hook first; the hook parks the helper thread for ever, and the waiting thread raises an ordinary exception.

    The helper also saves and restores what the JVM changes: Python runs signal handlers on the main thread only, so
    no exception can come between.
    """

    def __init__(self, library: Path, options: list[str]) -> None:
        """Load the JVM's library; from here on this is the process's only chance to create a JVM."""
        self._library = library
        self._options = options
        self._messages: list[str] = []
        self._started = False
        self._settled = False
        self._created = False
        self._error: BaseException | None = None
        self._kept = contextlib.ExitStack()
        self._done = _thread.allocate_lock()
        self._done.acquire()
        self._vm = ctypes.c_void_p()
        try:
            self._jvm = ctypes.CDLL(str(library), mode=os.RTLD_LOCAL)
        except OSError as error:
            raise ImportError(
                f"the Java virtual machine cannot be loaded from {library}: {error};"
                " install JDK 25 for this machine and let PYLOOP_JAVA_HOME or JAVA_HOME name it"
            ) from error
        count = ctypes.c_int()
        buffer = (ctypes.c_void_p * 1)()
        if self._jvm.JNI_GetCreatedJavaVMs(buffer, 1, ctypes.byref(count)) != 0 or count.value:
            raise RuntimeError(
                "a Java virtual machine already runs in this process, and a process can hold only one;"
                " create the first PyLoop in a process that does not start it"
            )

    def finish(self) -> int:
        """Create the JVM if nobody has yet, wait for the outcome, and return the address of the JVM."""
        if not self._started:
            self._start()
        interrupted: BaseException | None = None
        # Not `while True`: a signal handler may raise between the end of the wait and the next statement.
        while not self._settled:
            try:
                self._done.acquire()
            except BaseException as error:  # an exit of the process during the creation would be a risk
                interrupted = error
        if interrupted is not None:
            raise interrupted
        if self._error is not None:
            raise self._error
        assert self._vm.value is not None
        return self._vm.value

    def _start(self) -> None:
        crash_handlers.prepare()
        # The program may have chosen small stacks for its threads; the JVM cannot be created on one.
        previous = _thread.stack_size(_HELPER_STACK)
        try:
            self._started = True
            _thread.start_new_thread(self._create, ())
        except RuntimeError as error:
            crash_handlers.take_back()
            raise RuntimeError(
                f"PyLoop cannot start a thread for the Java virtual machine ({error});"
                " raise the limit of processes and threads (ulimit -u), or create the loop before the interpreter exits"
            ) from error
        finally:
            _thread.stack_size(previous)

    def _create(self) -> None:
        try:
            self._kept.enter_context(guards.process_kept(self._options))
            status = self._call()
        except BaseException as error:
            self._finished(error)
            return
        self._finished(None if status == 0 else creation_error(self._library, status, "".join(self._messages)))

    def _call(self) -> int:
        vfprintf, abort = _Vfprintf(self._on_message), _Abort(self._on_abort)
        # The hooks come first: complaints about an option go to a hook only if that one is already known.
        entries: list[tuple[bytes, int | None]] = [
            (b"vfprintf", ctypes.cast(vfprintf, ctypes.c_void_p).value),
            (b"abort", ctypes.cast(abort, ctypes.c_void_p).value),
        ]
        entries += [(os.fsencode(text), None) for text in self._options]
        records = (_Option * len(entries))(*[_Option(text, extra) for text, extra in entries])
        arguments = _InitArgs(JNI_VERSION, len(entries), records, 0)
        _immortal.extend((vfprintf, abort, records, arguments))
        env = ctypes.c_void_p()
        create = self._jvm.JNI_CreateJavaVM
        status: int = create(ctypes.byref(self._vm), ctypes.byref(env), ctypes.byref(arguments))
        if status == 0:
            for hook, (_, pointer) in zip(("vfprintf", "abort"), entries, strict=False):
                hooks.replace(self._library, pointer or 0, hook)
            interface = ctypes.cast(self._vm, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
            detach = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(interface[_DETACH_CURRENT_THREAD] or 0)
            detach(self._vm)
        return status

    def _finished(self, error: BaseException | None) -> None:
        self._error = error
        self._created = error is None
        try:
            if error is None:
                crash_handlers.adopt()
            else:
                crash_handlers.take_back()
            self._kept.close()
        finally:
            self._settled = True
            self._done.release()

    def _on_message(self, _stream: int, template: bytes, arguments: int) -> int:
        buffer = ctypes.create_string_buffer(_MESSAGE_CAPACITY)
        length: int = libc.LIBC.vsnprintf(buffer, _MESSAGE_CAPACITY, template, arguments)
        if self._created:
            os.write(_STDERR, buffer.value)  # never standard output, whatever stream was meant
        else:
            self._messages.append(buffer.value.decode(errors="replace"))
        return length

    def _on_abort(self) -> None:
        if self._created:
            return  # a crash in later life, which must take its course
        if self._error is None:
            self._finished(creation_error(self._library, None, "".join(self._messages)))
        _park()


def _park() -> NoReturn:
    """Never return: the JVM is about to end the process."""
    lock = _thread.allocate_lock()
    while True:
        lock.acquire()
