package databridge.pyloop.engine;

/// The lock (the GIL) around a blocking wait: [#enter] releases it, [#leave] takes it again. In between the loop's
/// thread only calls [Poller#await] and reads the monotonic clock.
public interface BlockingSection {
    void enter();

    void leave();
}
