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

    /// Calls a function of one integer or pointer parameter.
    ///
    /// @return its result or `-errno`
    public int call(long a) {
        return valueOrErrno(function.call(a));
    }

    /// Calls a function of two parameters.
    public int call(long a, long b) {
        return valueOrErrno(function.call(a, b));
    }

    /// Calls a function of three parameters.
    public int call(long a, long b, long c) {
        return valueOrErrno(function.call(a, b, c));
    }

    /// Calls a function of four parameters.
    public int call(long a, long b, long c, long d) {
        return valueOrErrno(function.call(a, b, c, d));
    }

    /// Calls a function of five parameters.
    public int call(long a, long b, long c, long d, long e) {
        return valueOrErrno(function.call(a, b, c, d, e));
    }

    /// Calls a function of six parameters.
    public int call(long a, long b, long c, long d, long e, long f) {
        return valueOrErrno(function.call(a, b, c, d, e, f));
    }

    /// Must be called right after the function. The return from a blocking call can wait for locks, which do
    /// not change `errno`.
    private static int valueOrErrno(long returned) {
        int result = (int) returned;
        return result == -1 ? -NativeCall.errno() : result;
    }
}
