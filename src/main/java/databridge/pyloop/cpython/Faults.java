package databridge.pyloop.cpython;

/// Turns what Java code has thrown into the pending Python exception. [PyError] means that one is pending
/// already. With the GIL.
public final class Faults {
    // Made while there is memory and stack to do so.
    private static final PyName OUT_OF_MEMORY = PyName.of("the Java heap of the event loop engine is exhausted");
    private static final PyName OUT_OF_STACK = PyName.of("maximum recursion depth exceeded in the event loop");
    private static final PyName WITHOUT_TEXT =
            PyName.of("fault in the event loop engine, which could not say what it is; please report it");

    private static ErrnoOf errnoOf = thrown -> 0;

    private Faults() {}

    /// Finds the `errno` in an exception of a layer that this package does not know.
    @FunctionalInterface
    public interface ErrnoOf {
        /// @return 0 if the throwable carries none
        int errno(Throwable thrown);
    }

    /// Sets the function that finds the `errno` in a throwable. Called when the engine starts.
    public static void setErrnoOf(ErrnoOf function) {
        errnoOf = function;
    }

    /// Raises in Python what was thrown in Java. Throws nothing itself.
    public static void report(Throwable thrown) {
        try {
            raise(thrown);
        } catch (Throwable again) {
            raiseWithoutText(again);
        }
    }

    private static void raise(Throwable thrown) {
        if (thrown instanceof PyError) {
            return;
        }
        if (thrown instanceof StackOverflowError) {
            ErrorApi.raiseObject(Singletons.RECURSION_ERROR, OUT_OF_STACK.object());
        } else if (thrown instanceof OutOfMemoryError) {
            ErrorApi.raiseObject(Singletons.MEMORY_ERROR, OUT_OF_MEMORY.object());
        } else if (errnoOf.errno(thrown) != 0) {
            OsErrors.raise(errnoOf.errno(thrown));
        } else {
            ErrorApi.raise(
                    Singletons.RUNTIME_ERROR, "fault in the event loop engine, please report it: " + trace(thrown));
        }
    }

    /// Reports a fault after making its message has failed, most likely because there is no memory.
    private static void raiseWithoutText(Throwable failure) {
        try {
            if (failure instanceof OutOfMemoryError) {
                ErrorApi.raiseObject(Singletons.MEMORY_ERROR, OUT_OF_MEMORY.object());
            } else if (!(failure instanceof PyError)) {
                ErrorApi.raiseObject(Singletons.RUNTIME_ERROR, WITHOUT_TEXT.object());
            }
        } catch (Throwable again) {
            // C then reports a SystemError for the missing exception, which is still an exception.
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
