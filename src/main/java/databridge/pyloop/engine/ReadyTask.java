package databridge.pyloop.engine;

/// Work of the engine itself, such as reading from a socket, that is queued among the callbacks.
@FunctionalInterface
public interface ReadyTask {
    /// Called on the loop's thread under its lock. May call back into the loop, and may throw as
    /// [CallbackHost#run] may.
    void run();
}
