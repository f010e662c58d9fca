package databridge.pyloop.loop;

import databridge.pyloop.engine.DescriptorPoller;
import java.util.function.Supplier;

/// Binds the classes of this package to the running interpreter. Runs when the engine starts in it, with the GIL.
public final class LoopBinding {
    private LoopBinding() {}

    /// Binds them in the order in which they need each other.
    ///
    /// @param pollers makes the poller of each loop; throws SystemCallException if there are no
    ///     descriptors left
    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind(Supplier<? extends DescriptorPoller> pollers) {
        LoopEngine.bind(pollers);
        SystemClock.bind();
        SignalChecks.bind();
        Interruptions.bind();
        LoopLayout.bind();
        Scratch.bind();
        Scheduling.bind();
        TaskCreation.bind();
        LoopType.bind();
    }
}
