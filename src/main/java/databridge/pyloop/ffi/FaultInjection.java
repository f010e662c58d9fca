package databridge.pyloop.ffi;

import jdk.internal.misc.Unsafe;

/// Throws where a test demands it: when an entry point is called, or when a downcall has returned.
///
/// It serves the tests of what the process survives. Any thread, with the GIL or without. While no test has
/// armed it, each entry and each return costs one test of a flag.
public final class FaultInjection {
    /// How many places of the chosen kind have yet to be passed; the one that makes it 0 throws.
    private static final long COUNTDOWN = 0;
    /// [#ENTRY] or [#RETURN].
    private static final long PLACE = 8;
    /// What is thrown, see [#throwable].
    private static final long THROWABLE = 16;
    /// What the countdown becomes after a throw; 0 for only one.
    private static final long AGAIN = 24;

    /// The size of all cells in bytes.
    public static final long CELLS_SIZE = 32;

    private static final long ENTRY = 1;
    private static final long RETURN = 2;

    private static final Unsafe UNSAFE = Unsafe.getUnsafe();

    private static boolean armed;
    private static long cells;

    private FaultInjection() {}

    /// Starts fault injection, or ends it.
    ///
    /// @param address of four 64-bit cells, which the test keeps in place until it passes 0 here; 0 ends it
    public static void arm(long address) {
        cells = address;
        armed = address != 0;
    }

    /// To be called first by each method that C calls.
    public static void entered() {
        if (armed) {
            pass(ENTRY);
        }
    }

    /// To be called when a function of C has returned.
    static void returned() {
        if (armed) {
            pass(RETURN);
        }
    }

    private static void pass(long place) {
        if (UNSAFE.getLong(cells + PLACE) != place || UNSAFE.getAndAddLong(null, cells + COUNTDOWN, -1) != 1) {
            return;
        }
        UNSAFE.putLongVolatile(null, cells + COUNTDOWN, UNSAFE.getLong(cells + AGAIN));
        Throwable thrown = throwable(UNSAFE.getLong(cells + THROWABLE));
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    private static Throwable throwable(long kind) {
        return switch ((int) kind) {
            case 1 -> new StackOverflowError("injected");
            case 2 -> new OutOfMemoryError("injected");
            case 3 -> new AssertionError("injected");
            case 4 -> new Unprintable();
            default -> new IllegalStateException("injected");
        };
    }

    /// Throws when its message is read.
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no text");
        }
    }
}
