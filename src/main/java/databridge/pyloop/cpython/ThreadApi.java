package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;

/// `ceval.h`, `pystate.h`, `pythread.h`: threads, and how to release and acquire the GIL.
public final class ThreadApi {
    private static final CFunction SAVE_THREAD = CFunction.of("PyThreadState *PyEval_SaveThread(void)");
    private static final CFunction RESTORE_THREAD =
            CFunction.blocking("void PyEval_RestoreThread(PyThreadState *tstate)");
    private static final CFunction HOLDS_GIL = CFunction.of("int PyGILState_Check(void)");
    private static final CFunction THIS_THREAD = CFunction.of("PyThreadState *PyGILState_GetThisThreadState(void)");

    private static final CFunction IDENTITY = CFunction.of("unsigned long PyThread_get_thread_ident(void)");

    private ThreadApi() {}

    /// What `threading.get_ident()` returns in this thread.
    public static long identity() {
        return IDENTITY.call();
    }

    /// Releases the GIL. If this throws, the GIL is still held, because the code that makes a Python
    /// exception of it needs the GIL.
    ///
    /// @return the thread's state, to be passed to [#restoreThread]; no Python object may be touched
    ///     until then
    public static long saveThread() {
        try {
            return SAVE_THREAD.call();
        } catch (Throwable failed) {
            if ((int) HOLDS_GIL.call() == 0) {
                RESTORE_THREAD.call(THIS_THREAD.call());
            }
            throw failed;
        }
    }

    /// Waits for the GIL and acquires it. Throws nothing, because no code can continue without the GIL.
    public static void restoreThread(long threadState) {
        try {
            RESTORE_THREAD.call(threadState);
        } catch (Throwable failed) {
            if ((int) HOLDS_GIL.call() == 0) {
                RESTORE_THREAD.call(threadState);
            }
        }
    }
}
