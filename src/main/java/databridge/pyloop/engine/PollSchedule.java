package databridge.pyloop.engine;

/// When a loop that has callbacks ready turns to what lies outside its queue: the clock, I/O, signals.
///
/// asyncio does so in every iteration. Reading the clock costs as much as a third of a small callback and
/// entering the kernel ten times that, and where the last looks found nothing it is wasted. So a busy loop
/// - looks for I/O only every `bound` nanoseconds, once more than [#EAGER_LOOKS] looks in a row have found nothing;
/// - reads the clock in every iteration, but only in every [#MOST_ITERATIONS]th while iterations are far
///   shorter than the bound and no deadline is near.
///
/// An event or a due timer thus waits no longer than the bound, or [#MOST_ITERATIONS] iterations where suddenly
/// each takes longer than that. An event, a new registration, a new timer or a wait brings the full attention
/// back.
final class PollSchedule {
    /// Code that counts iterations until an event arrives, as tests do, sees what asyncio shows.
    static final int EAGER_LOOKS = 16;

    static final int MOST_ITERATIONS = 16;

    private static final long FIRST_INTERVAL_NS = 1_000;
    /// Iterations may be skipped while one interval of them takes less than this part of the bound.
    private static final int MARGIN = 8;

    private final long boundNs;
    private int emptyLooks;
    private long lookIntervalNs;
    private long nextLookNs = Long.MIN_VALUE;
    private int iterationInterval = 1;
    private int iterationsLeft;
    private long lastPaidNs;

    /// @param boundNs the longest time between two looks; 0 pays full attention in every iteration
    PollSchedule(long boundNs) {
        this.boundNs = boundNs;
    }

    /// To be asked once in every iteration that does not wait.
    boolean due() {
        return --iterationsLeft < 0;
    }

    boolean lookDue(long nowNs) {
        return nowNs >= nextLookNs;
    }

    void looked(long nowNs, int events) {
        if (events > 0) {
            reset();
        } else if (emptyLooks < EAGER_LOOKS) {
            emptyLooks++;
        } else {
            lookIntervalNs = Math.min(boundNs, Math.max(FIRST_INTERVAL_NS, lookIntervalNs * 2));
            nextLookNs = nowNs + lookIntervalNs;
        }
    }

    /// Sets when [#due] is true again.
    void paid(long nowNs, long firstDeadlineNs) {
        boolean hurried =
                emptyLooks < EAGER_LOOKS || nowNs - lastPaidNs >= boundNs / MARGIN || firstDeadlineNs - nowNs < boundNs;
        iterationInterval = hurried ? 1 : Math.min(iterationInterval * 2, MOST_ITERATIONS);
        iterationsLeft = iterationInterval - 1;
        lastPaidNs = nowNs;
    }

    /// Makes the next iteration read the clock.
    void demand() {
        iterationsLeft = 0;
    }

    void reset() {
        emptyLooks = 0;
        lookIntervalNs = 0;
        nextLookNs = Long.MIN_VALUE;
        iterationInterval = 1;
        iterationsLeft = 0;
    }
}
