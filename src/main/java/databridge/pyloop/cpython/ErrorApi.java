package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// `pyerrors.h`: the thread's error indicator, which holds the pending exception. With the GIL.
///
/// The classes that make or convert objects use this one, because they report their failures here.
public final class ErrorApi {
    private static final CFunction SET_STRING =
            CFunction.of("void PyErr_SetString(PyObject *exception, const char *string)");
    private static final CFunction SET_OBJECT = CFunction.of("void PyErr_SetObject(PyObject *type, PyObject *value)");
    private static final CFunction OCCURRED = CFunction.of("PyObject *PyErr_Occurred(void)");
    private static final CFunction CLEAR = CFunction.of("void PyErr_Clear(void)");
    private static final CFunction MATCHES =
            CFunction.of("int PyErr_GivenExceptionMatches(PyObject *given, PyObject *exc)");
    private static final CFunction CHECK_SIGNALS = CFunction.of("int PyErr_CheckSignals(void)");
    private static final CFunction WRITE_UNRAISABLE = CFunction.of("void PyErr_WriteUnraisable(PyObject *obj)");

    private ErrorApi() {}

    /// Makes `type(message)` the pending exception.
    ///
    /// @return an exception for the caller to throw
    public static PyError raise(long type, String message) {
        long text = Memory.allocate(message.length() * 4L + 1);
        try {
            Memory.putCString(text, message.length() * 4L + 1, message);
            SET_STRING.call(type, text);
        } finally {
            Memory.free(text);
        }
        return PyError.pending();
    }

    /// Makes `type(value)` the pending exception.
    public static void raiseObject(long type, long value) {
        SET_OBJECT.call(type, value);
    }

    /// Whether an exception is pending.
    public static boolean occurred() {
        return OCCURRED.call() != 0;
    }

    /// Drops the pending exception, if there is one.
    public static void clear() {
        CLEAR.call();
    }

    /// Whether an exception is an instance of `type`.
    public static boolean matches(long exception, long type) {
        return (int) MATCHES.call(exception, type) != 0;
    }

    /// Clears the pending exception, which must be an instance of `type`.
    ///
    /// @throws PyError the pending exception if it is another one
    public static void clearOnly(long type) {
        long error = takeRaised();
        if (!matches(error, type)) {
            restore(error);
            throw PyError.pending();
        }
        Refs.release(error);
    }

    /// Runs the Python handlers of signals that have arrived; only the main thread has any.
    ///
    /// @throws PyError if one of them raised
    public static void checkSignals() {
        PyError.orThrow((int) CHECK_SIGNALS.call());
    }

    /// Runs the handlers as [#checkSignals] does.
    ///
    /// @return whether one of them raised an exception, which is then pending
    public static boolean signalHandlerRaised() {
        return (int) CHECK_SIGNALS.call() != 0;
    }

    /// Removes the pending exception, which must exist, from the thread and returns it: normalized, with
    /// its traceback.
    @Owned
    public static long takeRaised() {
        return RaisedException.take();
    }

    /// Makes an exception the pending one.
    public static void restore(@Stolen long exception) {
        SET_OBJECT.call(Memory.getLong(exception + PyObjectLayout.OB_TYPE), exception);
        Refs.release(exception);
    }

    /// Passes the pending exception to `sys.unraisablehook`, because no caller can receive it.
    ///
    /// @param object what the report names as the source
    public static void writeUnraisable(long object) {
        WRITE_UNRAISABLE.call(object);
    }
}
