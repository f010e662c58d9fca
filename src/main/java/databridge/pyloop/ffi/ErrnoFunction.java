package databridge.pyloop.ffi;

/// A C function that reports failure by -1 and `errno`, called in the kernel's convention: a value or `-errno`.
///
/// As [CFunction] otherwise.
public final class ErrnoFunction {
    private final CFunction function;

    private ErrnoFunction(CFunction function) {
        this.function = function;
    }

    /// As [CFunction#of].
    public static ErrnoFunction of(String prototype) {
        return new ErrnoFunction(CFunction.of(prototype));
    }

    /// As [CFunction#blocking].
    public static ErrnoFunction blocking(String prototype) {
        return new ErrnoFunction(CFunction.blocking(prototype));
    }

    /// As [#blocking], for a function that only some C libraries have, see [#isPresent].
    public static ErrnoFunction optionalBlocking(String prototype) {
        return new ErrnoFunction(CFunction.optionalBlocking(prototype));
    }

    /// Whether the process has the function.
    public boolean isPresent() {
        return function.isPresent();
    }

    public int call(long a) {
        return valueOrErrno(function.call(a));
    }

    public int call(long a, long b) {
        return valueOrErrno(function.call(a, b));
    }

    public int call(long a, long b, long c) {
        return valueOrErrno(function.call(a, b, c));
    }

    public int call(long a, long b, long c, long d) {
        return valueOrErrno(function.call(a, b, c, d));
    }

    public int call(long a, long b, long c, long d, long e) {
        return valueOrErrno(function.call(a, b, c, d, e));
    }

    /// Right after the call: the way back from a blocking one waits in locks at most, which leave errno alone.
    private static int valueOrErrno(long returned) {
        int result = (int) returned;
        return result == -1 ? -NativeCall.errno() : result;
    }
}
