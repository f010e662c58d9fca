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

    /// Counts an iteration.
    void iteration() {
        iterations++;
    }

    /// Counts callbacks and tasks that have run.
    void ran(int count) {
        callbacks += count;
    }

    /// Counts timers whose deadlines have come.
    void timersDue(int count) {
        timers += count;
    }

    /// Counts a poll that did not block.
    ///
    /// @param found how many events it returned
    void polled(int found) {
        polls++;
        events += found;
    }

    /// Counts a wait.
    ///
    /// @param found how many events it returned
    /// @param ns how long the loop was in the poller, in nanoseconds
    /// @param lockNs how long it then waited for the lock, in nanoseconds
    void waited(int found, long ns, long lockNs) {
        waits++;
        events += found;
        waitedNs += ns;
        lockWaitedNs += lockNs;
    }

    /// Counts a handover of the lock between two iterations.
    ///
    /// @param lockNs how long the loop was without the lock, in nanoseconds
    void handedOver(long lockNs) {
        lockWaitedNs += lockNs;
    }

    /// Counts a wait that another thread has ended.
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
