package databridge.pyloop.handles;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with
/// the GIL.
public final class HandlesBinding {
    private HandlesBinding() {}

    /// Binds them in the order in which they need each other.
    ///
    /// @throws LinkageError if asyncio's handles are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        LoopNumbers.bind();
        ScratchContexts.bind();
        HandleLayout.bind();
        HandleType.bind();
        TimerHandleType.bind();
        ThreadSafeHandleType.bind();
        Handles.bind();
    }
}
