package databridge.pyloop.ffi;

import java.lang.invoke.MethodHandle;

/// A C function that reports failure by -1 and `errno`, called in the kernel's convention: a value or `-errno`.
///
/// As [CFunction] otherwise.
///
/// @param handle takes the segment that receives `errno`, then the prototype's parameters
public record ErrnoFunction(MethodHandle handle) {
    /// @param prototype the C declaration
    /// @throws LinkageError if the process has no such symbol
    public static ErrnoFunction of(String prototype) {
        return new ErrnoFunction(NativeLinker.downcallWithErrno(Prototype.parse(prototype)));
    }

    public int call(Errno errno, long a) {
        try {
            return errno.resultOf((long) handle.invokeExact(errno.state(), a));
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public int call(Errno errno, long a, long b) {
        try {
            return errno.resultOf((long) handle.invokeExact(errno.state(), a, b));
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public int call(Errno errno, long a, long b, long c) {
        try {
            return errno.resultOf((long) handle.invokeExact(errno.state(), a, b, c));
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public int call(Errno errno, long a, long b, long c, long d) {
        try {
            return errno.resultOf((long) handle.invokeExact(errno.state(), a, b, c, d));
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public int call(Errno errno, long a, long b, long c, long d, long e) {
        try {
            return errno.resultOf((long) handle.invokeExact(errno.state(), a, b, c, d, e));
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }
}
