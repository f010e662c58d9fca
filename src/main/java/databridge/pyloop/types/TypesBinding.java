package databridge.pyloop.types;

/// What this package has to learn of the running interpreter when the engine starts, and forget of one before. With the
/// GIL.
public final class TypesBinding {
    private TypesBinding() {}

    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        ScratchContexts.bind();
        SpareBytes.bind();
        SignalChecks.bind();
        LoopPeer.bind();
        HandleLayout.bind();
        HandleType.bind();
        TimerHandleType.bind();
        ThreadSafeHandleType.bind();
        Scheduling.bind();
        TaskCreation.bind();
        LoopType.bind();
    }
}
