package databridge.pyloop.engine;

/// The lock (the GIL) around a blocking wait: [#enter] releases it, [#leave] acquires it. In between the
/// loop's thread only calls [Poller#await] and reads the monotonic clock.
public interface BlockingSection {
    /// Releases the lock. If it throws, the lock is still held.
    void enter();

    /// Waits for the lock and acquires it.
    void leave();

    /// Whether the thread has other things to do while the loop waits, so that it must not block:
    /// [#cooperate] is then called in place of the other two methods.
    default boolean isCooperative() {
        return false;
    }

    /// Does these other things until the poller may have events. Called with the lock. May call back
    /// into the loop, and may throw as [CallbackHost#run] may.
    ///
    /// @param timeoutNs how long at most, in nanoseconds; [Poller#FOREVER] for no limit
    default void cooperate(long timeoutNs) {
        throw new IllegalStateException("not cooperative");
    }

    /// Releases the lock for long enough that a thread that waits for it takes it; for no time
    /// if none waits.
    ///
    /// @return whether a thread seems to have waited for the lock
    boolean offer();
}
