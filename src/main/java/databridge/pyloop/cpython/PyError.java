package databridge.pyloop.cpython;

/// Says that a Python exception is pending in the current thread. It unwinds the Java frames up to the entry
/// point, which returns C's error value.
///
/// It carries nothing, because Python holds the exception. So one instance is enough, and it has no
/// stack trace.
public final class PyError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace, so sharing it is harmless
    private static final PyError PENDING = new PyError();

    private PyError() {
        super("a Python exception is pending", null, false, false);
    }

    /// The instance, for the caller to throw when a C call has reported an exception.
    public static PyError pending() {
        return PENDING;
    }

    /// Returns the result of a C call that returns NULL for an exception.
    ///
    /// @throws PyError if the result is NULL
    public static long orThrow(long object) {
        if (object == 0) {
            throw PENDING;
        }
        return object;
    }

    /// Returns the result of a C call that returns -1 for an exception.
    ///
    /// @throws PyError if the result is -1
    public static int orThrow(int result) {
        if (result == -1) {
            throw PENDING;
        }
        return result;
    }
}
