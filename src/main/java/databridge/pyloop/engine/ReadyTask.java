package databridge.pyloop.engine;

/// Work of the engine's own, such as reading from a socket, that takes its turn among the callbacks.
@FunctionalInterface
public interface ReadyTask {
    /// Called on the loop's thread, and free to call back into the loop. May throw as [CallbackHost#run] may.
    void run();
}
