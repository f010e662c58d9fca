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

    /// Runs an action while an exception is leaving the loop. That exception stays pending, and one that the
    /// action raises is dropped.
    void runWhileLeaving(Runnable action);

    /// Called about once a second before the loop waits: the time to free memory that is not needed.
    void idle();

    /// Runs the handlers of pending signals. Called after every wait and every few iterations.
    void checkInterrupts();
}
