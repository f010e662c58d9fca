package databridge.pyloop.engine;

/// What the engine needs of the layer that knows what a callback is.
///
/// To the engine a callback is an opaque positive number that owns a reference: after the engine has taken it out of a
/// queue it either runs or discards it, once. All methods are called on the loop's thread and under its lock. [#run],
/// [#idle] and [#checkInterrupts] may throw; the state of the engine is then as if they had returned, and the run of
/// the loop ends with that throwable. Any method may call back into the loop.
public interface CallbackHost {
    /// Runs the callback and releases it.
    void run(long callback);

    /// Releases the callback without running it.
    void discard(long callback);

    /// Whether the callback was cancelled. It then stays queued until its turn and is discarded there.
    boolean cancelled(long callback);

    /// Called when a timer's deadline has come, before the callback enters the ready queue.
    void due(long callback);

    /// Whether the run ends after the current iteration.
    boolean stopRequested();

    /// Runs an action after something was thrown that is about to leave the loop. The pending exception is kept, and
    /// what the action itself throws is dropped.
    void runAside(Runnable action);

    /// Called about once a second when the loop is about to wait: the time to free memory, and to check what other
    /// code may have changed in the process.
    void idle();

    /// Runs the handlers of pending signals. Called after every wait and every few iterations.
    void checkInterrupts();
}
