package databridge.pyloop.engine;

/// The lock (the GIL) around a blocking wait: [#enter] releases it, [#leave] acquires it. In between the
/// loop's thread only calls [Poller#await] and reads the monotonic clock.
public interface BlockingSection {
    /// Releases the lock. If it throws, the lock is still held.
    void enter();

    /// Waits for the lock and acquires it.
    void leave();

    /// Releases the lock for long enough that a thread that waits for it takes it, if there are
    /// other threads.
    void offer();
}
