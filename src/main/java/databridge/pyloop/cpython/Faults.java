package databridge.pyloop.cpython;

/// Turns what Java code threw into the pending Python exception. With the GIL.
public final class Faults {
    private static volatile ErrnoOf errnoOf = thrown -> 0;

    private Faults() {}

    /// Knows the `errno` in an exception of a layer this package does not see.
    @FunctionalInterface
    public interface ErrnoOf {
        /// @return 0 if the throwable carries none
        int errno(Throwable thrown);
    }

    /// Set once while booting.
    public static void setErrnoOf(ErrnoOf function) {
        errnoOf = function;
    }

    static void raise(Throwable thrown, long outOfMemory, long outOfStack) {
        if (thrown instanceof PyError) {
            return;
        }
        if (thrown instanceof StackOverflowError) {
            ErrorApi.raiseObject(Singletons.RECURSION_ERROR, outOfStack);
        } else if (thrown instanceof OutOfMemoryError) {
            ErrorApi.raiseObject(Singletons.MEMORY_ERROR, outOfMemory);
        } else if (errnoOf.errno(thrown) != 0) {
            ErrorApi.raiseOsError(errnoOf.errno(thrown));
        } else {
            ErrorApi.raise(
                    Singletons.RUNTIME_ERROR, "fault in the event loop engine, please report it: " + trace(thrown));
        }
    }

    private static String trace(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.toString());
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, 8); i++) {
            text.append("\n  at ").append(frames[i]);
        }
        return text.toString();
    }
}
