package databridge.pyloop.runtime;

import databridge.pyloop.ffi.Bindings;

/// What belongs to the process as a whole: the first start of the engine, and forks.
public final class ProcessState {
    private static boolean started;

    private ProcessState() {}

    /// Binds the symbols and the memory of the process, and registers the fork handlers. With the GIL;
    /// further calls do nothing.
    ///
    /// @throws LinkageError naming what the process lacks
    public static void start() {
        if (!started) {
            Bindings.bindToProcess();
            Forks.register();
            started = true;
        }
    }

    /// Binds what belongs to an interpreter. Threads that were inside the engine when an earlier one was
    /// finalized never return. With the GIL.
    public static void beginInterpreter() {
        Bindings.bindToInterpreter();
        forgetOtherThreads();
    }

    /// Called in a forked child before any other code of the engine: no other thread exists there. With
    /// the GIL.
    public static void afterForkInChild() {
        Forks.forgetOtherThreads();
        forgetOtherThreads();
    }

    private static void forgetOtherThreads() {
        ThreadEntry.forgetOtherThreads();
        Collector.forgetOtherThreads();
    }
}
