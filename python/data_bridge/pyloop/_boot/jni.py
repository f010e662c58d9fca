"""The few JNI calls between the creation of the JVM and the engine's own upcalls; none is made later."""

import ctypes
import threading
from typing import Any

from .jvm import JNI_VERSION

ENTRY_CLASS = "databridge/pyloop/boot/Entry"
_ERROR_CAPACITY = 4096
_MOST_CAUSES = 8

_JNI_OK = 0
# Indices into the function tables of jni.h.
_VM_DETACH_CURRENT_THREAD = 5
_VM_ATTACH_CURRENT_THREAD_AS_DAEMON = 7
_FIND_CLASS = 6
_EXCEPTION_OCCURRED = 15
_EXCEPTION_CLEAR = 17
_DELETE_LOCAL_REF = 23
_GET_OBJECT_CLASS = 31
_GET_METHOD_ID = 33
_CALL_OBJECT_METHOD_A = 36
_GET_STATIC_METHOD_ID = 113
_CALL_STATIC_LONG_METHOD_A = 134
_GET_STRING_UTF_CHARS = 169
_RELEASE_STRING_UTF_CHARS = 170

_pointer = ctypes.c_void_p
_text = ctypes.c_char_p
_longs = ctypes.POINTER(ctypes.c_longlong)


class _AttachArgs(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("name", ctypes.c_char_p), ("group", ctypes.c_void_p)]


class _Table:
    """A JNI function table; calls keep the GIL, because the engine's entry point calls Python's C API."""

    def __init__(self, address: int) -> None:
        self._address = address
        self._functions = ctypes.cast(address, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents

    def call(self, index: int, result: type[Any] | None, shape: tuple[type[Any], ...], *arguments: object) -> int:
        """Call a function with the table as first argument; NULL and void come back as 0."""
        function = ctypes.PYFUNCTYPE(result, _pointer, *shape)(self._functions[index] or 0)
        return function(self._address, *arguments) or 0


def call_entry(vm: int) -> dict[str, object]:
    """Call the engine's entry point on this thread, with the GIL held, and return its namespace."""
    invocation = _Table(vm)
    env = _attach(invocation)
    try:
        return _namespace(_Table(env))
    finally:
        # A thread that ends must not stay attached; later upcalls attach such a thread, and detach it at its end.
        # The main thread stays attached, so that no Java runs while the process exits.
        if threading.current_thread() is not threading.main_thread():
            invocation.call(_VM_DETACH_CURRENT_THREAD, ctypes.c_int, ())


def _attach(invocation: _Table) -> int:
    env = _pointer()
    arguments = _AttachArgs(JNI_VERSION, b"python", None)
    shape = (_pointer, _pointer)
    status = invocation.call(
        _VM_ATTACH_CURRENT_THREAD_AS_DAEMON, ctypes.c_int, shape, ctypes.byref(env), ctypes.byref(arguments)
    )
    if status != _JNI_OK or env.value is None:
        raise ImportError(
            f"the Java virtual machine refused this thread ({status}); create the first loop in the main thread"
        )
    return env.value


def _namespace(env: _Table) -> dict[str, object]:
    entry = env.call(_FIND_CLASS, _pointer, (_text,), ENTRY_CLASS.encode())
    _check(env, f"its class {ENTRY_CLASS} cannot be loaded")
    method = env.call(_GET_STATIC_METHOD_ID, _pointer, (_pointer, _text, _text), entry, b"boot", b"(JJ)J")
    _check(env, "its entry point is missing")
    error = ctypes.create_string_buffer(_ERROR_CAPACITY)
    arguments = (ctypes.c_longlong * 2)(ctypes.addressof(error), _ERROR_CAPACITY)
    shape = (_pointer, _pointer, _longs)
    try:
        address = env.call(_CALL_STATIC_LONG_METHOD_A, ctypes.c_longlong, shape, entry, method, arguments)
    except Exception as python_error:  # left set by the entry point
        env.call(_EXCEPTION_CLEAR, None, ())
        raise ImportError(_failure(_said(error) or repr(python_error))) from python_error
    _check(env, "it threw")
    env.call(_DELETE_LOCAL_REF, None, (_pointer,), entry)
    if not address:
        raise ImportError(_failure(_said(error) or "it gave no reason"))
    # The entry point's own reference stays: the namespace is needed until the process ends.
    namespace: object = ctypes.cast(address, ctypes.py_object).value
    if not isinstance(namespace, dict):
        raise ImportError(_failure(f"it returned {type(namespace).__name__} instead of dict"))
    return namespace


def _said(buffer: ctypes.Array[ctypes.c_char]) -> str:
    return buffer.value.decode(errors="replace")


def _failure(reason: str) -> str:
    return f"PyLoop's engine could not start: {reason}; reinstall the package, or use a Python that it supports"


def _check(env: _Table, what: str) -> None:
    """Turn a pending Java exception into an ImportError."""
    thrown = env.call(_EXCEPTION_OCCURRED, _pointer, ())
    if thrown:
        env.call(_EXCEPTION_CLEAR, None, ())
        raise ImportError(_failure(f"{what}: {_describe(env, thrown)}"))


def _describe(env: _Table, thrown: int) -> str:
    """Return the texts of a Java exception and of its causes."""
    texts: list[str] = []
    while thrown and len(texts) < _MOST_CAUSES:
        string = _call_object(env, thrown, b"toString", b"()Ljava/lang/String;")
        if not string:
            break
        characters = env.call(_GET_STRING_UTF_CHARS, _pointer, (_pointer, _pointer), string, None)
        texts.append(ctypes.string_at(characters).decode(errors="replace"))
        env.call(_RELEASE_STRING_UTF_CHARS, None, (_pointer, _pointer), string, characters)
        thrown = _call_object(env, thrown, b"getCause", b"()Ljava/lang/Throwable;")
    return ", caused by ".join(texts) or "an exception without a text"


def _call_object(env: _Table, target: int, name: bytes, signature: bytes) -> int:
    owner = env.call(_GET_OBJECT_CLASS, _pointer, (_pointer,), target)
    method = env.call(_GET_METHOD_ID, _pointer, (_pointer, _text, _text), owner, name, signature)
    result = env.call(_CALL_OBJECT_METHOD_A, _pointer, (_pointer, _pointer, _pointer), target, method, None)
    env.call(_EXCEPTION_CLEAR, None, ())
    return result
