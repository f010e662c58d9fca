package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// The variables of a context, apart from the context object. With the GIL.
///
/// A context is a mutable reference to an immutable mapping of variables (PEP 567). So the mapping is enough
/// to store a context, and a context object is needed only while something runs in it. Capturing the mapping,
/// and putting it into a reused context object for the call, saves one allocation of a collected object for
/// each callback.
///
/// This reads two structs that are internal to CPython: `PyContext`, and the current context in the thread
/// state. Both are checked when the engine starts. Where they look different, [#available] is false and
/// contexts are copied.
public final class ContextVars {
    /// `pycore_context.h`, the same from 3.11 to 3.14.
    private static final CStruct CONTEXT =
            CStruct.of("struct PyContext { Py_ssize_t ob_refcnt; PyTypeObject *ob_type; PyContext *ctx_prev;"
                    + " PyHamtObject *ctx_vars; PyObject *ctx_weakreflist; int ctx_entered; }");
    private static final long CTX_VARS = CONTEXT.offset("ctx_vars");
    private static final long CTX_WEAKREFLIST = CONTEXT.offset("ctx_weakreflist");

    private static final CFunction ENTER = CFunction.of("int PyContext_Enter(PyObject *octx)");
    private static final CFunction EXIT = CFunction.of("int PyContext_Exit(PyObject *octx)");
    private static final CFunction THREAD_STATE = CFunction.of("PyThreadState *PyThreadState_Get(void)");

    /// The current context has been within the first 50 pointers of the thread state in all versions.
    private static final int THREAD_STATE_WORDS = 50;

    /// Offset in the thread state of the pointer to the current context, 0 if it was not found.
    private static long currentContext;

    private ContextVars() {}

    static void bind() {
        currentContext = findCurrentContext();
    }

    /// Whether the layouts are as expected, so that the methods here may be used.
    public static boolean available() {
        return currentContext != 0;
    }

    /// The variables of the current context, 0 if the thread has none yet.
    @Owned
    public static long capture() {
        long context = Memory.getLong(THREAD_STATE.call() + currentContext);
        return context == 0 ? 0 : Refs.retain(Memory.getLong(context + CTX_VARS));
    }

    /// Replaces the variables of a context that is not entered, and releases the old ones.
    public static void replace(long context, @Stolen long vars) {
        long old = Memory.getLong(context + CTX_VARS);
        Memory.putLong(context + CTX_VARS, vars);
        Refs.releaseIfAny(old);
    }

    /// Whether only the caller refers to a context.
    public static boolean unshared(long context) {
        return Refs.unshared(context) && Memory.getLong(context + CTX_WEAKREFLIST) == 0;
    }

    /// The offset in the thread state of the pointer that follows entering and leaving a context, 0 if unclear.
    private static long findCurrentContext() {
        long context = ContextApi.copyCurrent();
        try {
            if (!ObjectApi.typeName(Memory.getLong(context + CTX_VARS)).equals("hamt")
                    || Memory.getLong(context + CTX_WEAKREFLIST) != 0) {
                return 0;
            }
            long state = THREAD_STATE.call();
            PyError.orThrow((int) ENTER.call(context));
            long found = find(state, context);
            PyError.orThrow((int) EXIT.call(context));
            return found != 0 && Memory.getLong(state + found) != context ? found : 0;
        } finally {
            Refs.release(context);
        }
    }

    private static long find(long state, long context) {
        long found = 0;
        for (long offset = 0; offset < (long) THREAD_STATE_WORDS * Long.BYTES; offset += Long.BYTES) {
            if (Memory.getLong(state + offset) == context) {
                if (found != 0) {
                    return 0;
                }
                found = offset;
            }
        }
        return found;
    }
}
