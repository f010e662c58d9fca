package databridge.pyloop.cpython;

import databridge.pyloop.runtime.StackBounds;

/// Refuses to call Python when little of the C stack is left.
///
/// A stack overflow at the entry of an upcall happens before any Java `catch` and ends the process; so it has to be
/// ruled out one step earlier, where Java is about to call Python. With the GIL.
public final class StackGuard {
    /// Room for C frames of Python down to the next upcall, its Java frames, and the reserve of a Java stack.
    private static final long MARGIN = 192 * 1024;

    private StackGuard() {}

    /// To be called before Python is entered from an upcall that can nest.
    ///
    /// @throws PyError RecursionError, if less than the margin is left
    public static void check() {
        if (StackBounds.left() < MARGIN) {
            throw ErrorApi.raise(
                    Singletons.RECURSION_ERROR,
                    "maximum recursion depth exceeded: the C stack of this thread is nearly used up");
        }
    }
}
