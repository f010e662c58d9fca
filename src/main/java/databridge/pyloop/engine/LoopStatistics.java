package databridge.pyloop.engine;

/// What a loop has done since it was made. Counted all the time: a few additions per iteration and per system call,
/// one per timer, none per callback. Under the loop's lock.
final class LoopStatistics {
    private long iterations;
    private long callbacks;
    private long timers;
    private long polls;
    private long waits;
    private long events;
    private long wakeups;
    private long waitedNs;
    private long lockWaitedNs;

    /// An iteration begins.
    void iteration() {
        iterations++;
    }

    /// So many callbacks and tasks have had their turn.
    void ran(int count) {
        callbacks += count;
    }

    /// The deadlines of so many timers have come.
    void timersDue(int count) {
        timers += count;
    }

    /// The poller was asked without waiting.
    void polled(int found) {
        polls++;
        events += found;
    }

    /// The loop was blocked.
    ///
    /// @param ns in the poller
    /// @param lockNs until it had the lock again
    void waited(int found, long ns, long lockNs) {
        waits++;
        events += found;
        waitedNs += ns;
        lockWaitedNs += lockNs;
    }

    /// The loop has released the lock between two iterations.
    ///
    /// @param lockNs until it had the lock again
    void handedOver(long lockNs) {
        lockWaitedNs += lockNs;
    }

    /// Another thread has ended a wait.
    void wokenUp() {
        wakeups++;
    }

    /// Shows all counters.
    void show(CounterReader reader) {
        reader.counter("iterations", iterations);
        reader.counter("callbacks", callbacks);
        reader.counter("timers", timers);
        reader.counter("polls", polls);
        reader.counter("waits", waits);
        reader.counter("events", events);
        reader.counter("wakeups", wakeups);
        reader.counter("waited_ns", waitedNs);
        reader.counter("lock_waited_ns", lockWaitedNs);
    }
}
