package databridge.pyloop.cpython;

import databridge.pyloop.runtime.StackBounds;

/// Refuses to call Python when little of the C stack is left. With the GIL.
///
/// An overflow in C code ends the process, and an entry point that is called with too little stack can only
/// refuse ([databridge.pyloop.runtime.ThreadEntry]). So methods through which calls can nest check the stack
/// before they call Python.
public final class StackGuard {
    /// In bytes: C frames of Python down to the next entry point, its Java frames, and the reserve of a
    /// Java stack.
    private static final long MARGIN = 192 * 1024;

    private StackGuard() {}

    /// Checks the stack of this thread, before an entry point that can nest calls Python.
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
