package databridge.pyloop.loop;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with the GIL.
public final class LoopBinding {
    private LoopBinding() {}

    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        SignalChecks.bind();
        LoopLayout.bind();
        Scheduling.bind();
        TaskCreation.bind();
        LoopType.bind();
    }
}
