package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;

/// `ceval.h`: giving the GIL up and taking it again.
public final class ThreadApi {
    private static final CFunction SAVE_THREAD = CFunction.of("PyThreadState *PyEval_SaveThread(void)");
    private static final CFunction RESTORE_THREAD = CFunction.of("void PyEval_RestoreThread(PyThreadState *tstate)");

    private ThreadApi() {}

    /// Gives up the GIL.
    ///
    /// @return the thread's state, to be passed to [#restoreThread]; no Python object may be touched until then
    public static long saveThread() {
        return SAVE_THREAD.call();
    }

    /// Takes the GIL again, waiting for it.
    public static void restoreThread(long threadState) {
        RESTORE_THREAD.call(threadState);
    }
}
