package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;

/// Makes Python's `OSError` for an `errno`, with the text of the C library. With the GIL.
public final class OsErrors {
    private static final CFunction STRERROR = CFunction.of("char *strerror(int errnum)");

    private OsErrors() {}

    /// `OSError(errno, strerror(errno))`, of the subclass that fits.
    ///
    /// @param errno a positive error number
    /// @throws PyError MemoryError
    @Owned
    public static long of(int errno) {
        long number = NumberApi.fromLong(errno);
        long text = UnicodeApi.fromCString(STRERROR.call(errno));
        long error = PyError.orThrow(CallApi.call(Singletons.OS_ERROR, number, text));
        Refs.release(number);
        Refs.release(text);
        return error;
    }

    /// Raises `OSError(errno, strerror(errno))`, of the subclass that fits.
    ///
    /// @param errno a positive error number
    /// @return an exception for the caller to throw
    public static PyError raise(int errno) {
        ErrorApi.restore(of(errno));
        return PyError.pending();
    }
}
