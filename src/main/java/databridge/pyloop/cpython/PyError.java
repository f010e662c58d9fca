package databridge.pyloop.cpython;

/// A Python exception is pending in the current thread: unwinds Java up to the upcall, which returns C's error
/// value.
///
/// Carries nothing, because Python holds the exception; so there is one instance and no stack trace.
public final class PyError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace that could belong to somebody else
    private static final PyError PENDING = new PyError();

    private PyError() {
        super("a Python exception is pending", null, false, false);
    }

    /// To be thrown where a C call reported an exception.
    public static PyError pending() {
        return PENDING;
    }

    /// Passes on the result of a C call that returns NULL for an exception.
    public static long orThrow(long object) {
        if (object == 0) {
            throw PENDING;
        }
        return object;
    }

    /// Passes on the result of a C call that returns -1 for an exception.
    public static int orThrow(int result) {
        if (result == -1) {
            throw PENDING;
        }
        return result;
    }
}
