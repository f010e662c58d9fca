"""Java code that needs its signal handlers, for programs in the processes that the fault tests start.

Called through JNI, which the product does not use after its boot: what runs is the JDK's own code.
"""

import ctypes
import time
from typing import Any

# The JVM then stops all Java threads a thousand times a second. In a compiled loop it does so by SIGSEGV.
STORM = "-XX:+UnlockDiagnosticVMOptions -XX:+SafepointALot -XX:GuaranteedSafepointInterval=1"

# Indices into the function tables of jni.h.
_ATTACH_CURRENT_THREAD_AS_DAEMON = 7
_FIND_CLASS = 6
_EXCEPTION_OCCURRED = 15
_EXCEPTION_CLEAR = 17
_DELETE_LOCAL_REF = 23
_NEW_OBJECT_A = 30
_IS_INSTANCE_OF = 32
_GET_METHOD_ID = 33
_CALL_OBJECT_METHOD_A = 36
_CALL_BOOLEAN_METHOD_A = 39
_CALL_INT_METHOD_A = 51
_GET_STATIC_METHOD_ID = 113
_CALL_STATIC_OBJECT_METHOD_A = 116


class Java:
    """The JVM of this process, for the thread that makes this object."""

    def __init__(self) -> None:
        with open("/proc/self/maps") as maps:
            path = next(line.split(maxsplit=5)[-1].strip() for line in maps if "libjvm.so" in line)
        machine, env, count = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
        ctypes.CDLL(path).JNI_GetCreatedJavaVMs(ctypes.byref(machine), 1, ctypes.byref(count))
        assert count.value == 1
        attach = _function(machine, _ATTACH_CURRENT_THREAD_AS_DAEMON)
        assert attach(machine, ctypes.byref(env), None) is None
        self._env = env

    def null_check(self) -> bool:
        """Let Java look at the length of an array that is null; tell whether it threw NullPointerException."""
        owner = self._class(b"java/lang/String")
        method = self._jni(_GET_STATIC_METHOD_ID, owner, b"valueOf", b"([C)Ljava/lang/String;")
        self._jni(_CALL_STATIC_OBJECT_METHOD_A, owner, method, _values(0))
        return self._threw(b"java/lang/NullPointerException")

    def recurse(self) -> bool:
        """Ask a list that contains itself for its hash code; tell whether Java threw StackOverflowError."""
        owner = self._class(b"java/util/ArrayList")
        constructor = self._jni(_GET_METHOD_ID, owner, b"<init>", b"()V")
        endless = self._jni(_NEW_OBJECT_A, owner, constructor, _values(0))
        add = self._jni(_GET_METHOD_ID, owner, b"add", b"(Ljava/lang/Object;)Z")
        self._jni(_CALL_BOOLEAN_METHOD_A, endless, add, _values(endless))
        self._jni(_CALL_INT_METHOD_A, endless, self._jni(_GET_METHOD_ID, owner, b"hashCode", b"()I"), _values(0))
        return self._threw(b"java/lang/StackOverflowError")

    def compute(self, seconds: float) -> bool:
        """Run compiled loops for this long, without the GIL."""
        owner = self._class(b"java/math/BigInteger")
        value_of = self._jni(_GET_STATIC_METHOD_ID, owner, b"valueOf", b"(J)Ljava/math/BigInteger;")
        power = self._jni(_GET_METHOD_ID, owner, b"pow", b"(I)Ljava/math/BigInteger;")
        base = self._jni(_CALL_STATIC_OBJECT_METHOD_A, owner, value_of, _values(3))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._jni(_DELETE_LOCAL_REF, self._jni(_CALL_OBJECT_METHOD_A, base, power, _values(20_000)))
        return not self._jni(_EXCEPTION_OCCURRED)

    def works(self) -> bool:
        """What needs SIGSEGV: a null check, and stops of compiled loops, which need STORM to happen often."""
        return self.null_check() and self.compute(0.1)

    def _class(self, name: bytes) -> int:
        return self._jni(_FIND_CLASS, name)

    def _threw(self, name: bytes) -> bool:
        thrown = self._jni(_EXCEPTION_OCCURRED)
        self._jni(_EXCEPTION_CLEAR)
        # A jboolean fills only the lowest byte of the register.
        return bool(thrown) and self._jni(_IS_INSTANCE_OF, thrown, self._class(name)) & 0xFF == 1

    def _jni(self, index: int, *arguments: object) -> int:
        wide = [ctypes.c_void_p(argument) if isinstance(argument, int) else argument for argument in arguments]
        return _function(self._env, index)(self._env, *wide) or 0


def _function(table: ctypes.c_void_p, index: int) -> Any:
    functions = ctypes.cast(table, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    return ctypes.CFUNCTYPE(ctypes.c_void_p)(functions[index] or 0)


def _values(*values: int) -> Any:
    return (ctypes.c_longlong * len(values))(*values)
