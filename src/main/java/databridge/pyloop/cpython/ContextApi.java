package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.Symbol;

/// `context.h`: the current context, and running in one. With the GIL.
public final class ContextApi {
    private static final Symbol CONTEXT_TYPE = Symbol.of("PyContext_Type");

    private static final CFunction COPY_CURRENT = CFunction.of("PyObject *PyContext_CopyCurrent(void)");
    private static final CFunction COPY = CFunction.of("PyObject *PyContext_Copy(PyObject *ctx)");
    private static final CFunction ENTER = CFunction.of("int PyContext_Enter(PyObject *ctx)");
    private static final CFunction EXIT = CFunction.of("int PyContext_Exit(PyObject *ctx)");
    /// `Context.run` itself: it enters, calls and leaves in one downcall.
    private static final CFunction RUN = CFunction.unnamed(
            "PyObject *context_run(PyContext *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)");

    private ContextApi() {}

    static void bind() {
        RUN.bind(runMethod());
    }

    /// Whether an object is exactly a `contextvars.Context`.
    public static boolean isContext(long object) {
        return ObjectApi.typeOf(object) == CONTEXT_TYPE.address();
    }

    /// A copy of the current context, as `contextvars.copy_context()` returns it.
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long copyCurrent() {
        return PyError.orThrow(COPY_CURRENT.call());
    }

    /// `context.copy()`
    ///
    /// @throws PyError MemoryError
    @Owned
    public static long copy(long context) {
        return PyError.orThrow(COPY.call(context));
    }

    /// `context.run(*arguments)`, where the first argument is the callable; NULL for an exception.
    @Owned
    public static long run(long context, long arguments, long count) {
        return RUN.call(context, arguments, count, 0L);
    }

    /// Makes a context the current one.
    ///
    /// @throws PyError RuntimeError if it is entered already
    public static void enter(long context) {
        int result;
        try {
            result = (int) ENTER.call(context);
        } catch (Throwable failed) {
            // If it is entered, the thread would stay in it for ever.
            if ((int) EXIT.call(context) != 0) {
                ErrorApi.clear();
            }
            throw failed;
        }
        PyError.orThrow(result);
    }

    /// Leaves the current context, which must be this one.
    public static void exit(long context) {
        PyError.orThrow((int) EXIT.call(context));
    }

    private static long runMethod() {
        long descriptor = ObjectApi.getAttribute(CONTEXT_TYPE.address(), UnicodeApi.interned("run"));
        long definition = Memory.getLong(descriptor + DescriptorLayout.D_METHOD);
        int flags = Memory.getInt(definition + DescriptorLayout.ML_FLAGS);
        if (flags != (DescriptorLayout.METH_FASTCALL | DescriptorLayout.METH_KEYWORDS)) {
            throw new LinkageError("Context.run has another calling convention on this Python: flags " + flags);
        }
        return Memory.getLong(definition + DescriptorLayout.ML_METH);
    }
}
