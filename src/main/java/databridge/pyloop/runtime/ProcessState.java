package databridge.pyloop.runtime;

import databridge.pyloop.ffi.Bindings;

/// What belongs to the process as a whole: the first start of the engine, and forks.
public final class ProcessState {
    private static boolean started;

    private ProcessState() {}

    /// Finds what the engine needs of the process, and has forks made safe. With the GIL; does nothing the next time.
    ///
    /// @throws LinkageError naming what the process lacks
    public static void start() {
        if (!started) {
            Bindings.bindToProcess();
            Forks.register();
            started = true;
        }
    }

    /// Binds what belongs to an interpreter. Threads that were inside the engine when one before was finalized never
    /// come back. With the GIL.
    public static void beginInterpreter() {
        Bindings.bindToInterpreter();
        forgetOtherThreads();
    }

    /// In a forked child, before anything else of the engine runs: no other thread exists here.
    public static void afterForkInChild() {
        Forks.forgetOtherThreads();
        forgetOtherThreads();
    }

    private static void forgetOtherThreads() {
        ThreadEntry.forgetOtherThreads();
        Collector.forgetOtherThreads();
    }
}
