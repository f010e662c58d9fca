package databridge.pyloop.engine;

/// Work of the engine itself, such as reading from a socket, that is queued among the callbacks.
@FunctionalInterface
public interface ReadyTask {
    /// Called on the loop's thread under its lock. May call back into the loop, and may throw as
    /// [CallbackHost#run] may.
    void run();

    /// A callback that does what [#run] does, for code outside of the engine that runs what is
    /// queued. A new one each time, which the caller owns; 0 if there is nothing to do any more.
    default long asCallback() {
        return 0;
    }

    /// Called when code outside of the engine takes the task from the queue: its turn will not come.
    default void leftQueue() {}
}
