package databridge.pyloop.ffi;

import java.lang.invoke.MethodHandle;

/// A C function of the process, declared by its prototype and called with its integer and pointer arguments as
/// `long`s.
///
/// Belongs in a `static final` field: the components of a record in one are constants to the compiler, which then
/// makes a direct call of it. A C `int` result fills half of the returned `long`: cast it. The number of
/// arguments must be the prototype's.
///
/// @param handle takes the prototype's parameters and returns a `long`
public record CFunction(MethodHandle handle) {
    /// @param prototype the C declaration
    /// @throws LinkageError if the process has no such symbol
    public static CFunction of(String prototype) {
        return new CFunction(NativeLinker.downcall(Prototype.parse(prototype)));
    }

    /// A function known by its address, such as one taken from a method descriptor.
    public static CFunction at(long address, String prototype) {
        return new CFunction(NativeLinker.downcall(Prototype.parse(prototype), address));
    }

    /// A function called without the thread-state transition of a normal downcall.
    ///
    /// Only for functions that on every supported version neither block, nor run Python code, nor free an object or
    /// allocate one that the garbage collector tracks: an upcall from inside one aborts the process.
    public static CFunction critical(String prototype) {
        return new CFunction(NativeLinker.criticalDowncall(Prototype.parse(prototype)));
    }

    public long call() {
        try {
            return (long) handle.invokeExact();
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public long call(long a) {
        try {
            return (long) handle.invokeExact(a);
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public long call(long a, long b) {
        try {
            return (long) handle.invokeExact(a, b);
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public long call(long a, long b, long c) {
        try {
            return (long) handle.invokeExact(a, b, c);
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    public long call(long a, long b, long c, long d) {
        try {
            return (long) handle.invokeExact(a, b, c, d);
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }

    /// For functions of one `double`.
    public long call(double a) {
        try {
            return (long) handle.invokeExact(a);
        } catch (Throwable impossible) {
            throw NativeLinker.unreachable(impossible);
        }
    }
}
