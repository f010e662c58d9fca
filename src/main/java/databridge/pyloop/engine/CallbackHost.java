package databridge.pyloop.engine;

/// What the engine asks of those who know what a callback is.
///
/// To the engine a callback is an opaque non-zero number that owns something: whoever takes it out of a queue
/// either runs or discards it, once. Called on the loop's thread only. `run`, `idle` and `checkInterrupts` may
/// throw; the engine then is as if they had returned, and its run ends with that throwable. Any method may call back
/// into the loop.
public interface CallbackHost {
    /// Runs the callback and gives it up.
    void run(long callback);

    /// Gives the callback up without running it.
    void discard(long callback);

    /// Whether the callback was cancelled: it then stays queued until its turn, and is discarded there.
    boolean cancelled(long callback);

    /// Tells that a timer's deadline has come: it is in the ready queue from now on.
    void due(long callback);

    /// Whether the loop is to leave after the current iteration.
    boolean stopRequested();

    /// Runs an action while something that was thrown is on its way out of the loop, which the action must not
    /// disturb. What the action itself throws comes too late and is given up.
    void runAside(Runnable action);

    /// Called about once a second when the loop is about to wait: time to give memory back, and to check what others
    /// may have changed in the process.
    void idle();

    /// Called after every wait and every few iterations: the place where pending signals are handled.
    void checkInterrupts();
}
