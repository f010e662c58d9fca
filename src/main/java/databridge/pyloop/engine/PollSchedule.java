package databridge.pyloop.engine;

/// When a loop that has callbacks ready reads the clock, polls for I/O and checks for signals.
///
/// asyncio does all three in every iteration. But an iteration may be a single small callback. Reading the clock
/// costs as much as a third of that, and a poll, which enters the kernel, ten times as much as reading the clock. If
/// the last polls returned nothing, most likely the next one does not either. So a busy loop
///
/// - polls only every `bound` nanoseconds once more than [#EAGER_POLLS] polls in a row have returned nothing. The
///   interval starts at 1 us and doubles with each empty poll, up to the bound;
/// - reads the clock in every iteration, but only in every [#MAX_CLOCK_INTERVAL]th while iterations are far shorter
///   than the bound and no deadline is near. That interval doubles too.
///
/// An event or a due timer thus waits no longer than the bound, or [#MAX_CLOCK_INTERVAL] iterations if each of them
/// suddenly takes longer than that. An event, a new registration, a new timer or a wait resets the schedule: the next
/// iteration then reads the clock and polls. Without the reset a connection that was just registered could wait for a
/// whole interval; without the intervals a program of small callbacks would spend most of its time in polls.
final class PollSchedule {
    /// So many polls in a row may return nothing before the loop polls less often. Code that counts iterations until
    /// an event arrives, as tests do, sees what asyncio shows.
    static final int EAGER_POLLS = 16;

    /// The clock is read at least in every iteration of this number.
    static final int MAX_CLOCK_INTERVAL = 16;

    private static final long FIRST_POLL_INTERVAL_NS = 1_000;
    /// The clock may be skipped while the iterations of one interval take less than this part of the bound.
    private static final int MARGIN = 8;

    private final long boundNs;
    private int emptyPolls;
    private long pollIntervalNs;
    private long nextPollNs = Long.MIN_VALUE;
    private int clockInterval = 1;
    private int iterationsLeft;
    private long clockReadNs;

    /// @param boundNs the longest time between two polls; 0 polls in every iteration
    PollSchedule(long boundNs) {
        this.boundNs = boundNs;
    }

    /// Whether this iteration reads the clock. To be asked once in every iteration that does not wait.
    boolean clockDue() {
        return --iterationsLeft < 0;
    }

    /// Whether an iteration that has read the clock polls.
    boolean pollDue(long nowNs) {
        return nowNs >= nextPollNs;
    }

    /// To be called after a poll: decides when the next one is due.
    void polled(long nowNs, int events) {
        if (events > 0) {
            reset();
        } else if (emptyPolls < EAGER_POLLS) {
            emptyPolls++;
        } else {
            pollIntervalNs = Math.min(boundNs, Math.max(FIRST_POLL_INTERVAL_NS, pollIntervalNs * 2));
            nextPollNs = nowNs + pollIntervalNs;
        }
    }

    /// To be called when the clock was read and due timers were moved: decides when [#clockDue] is true again.
    ///
    /// @param firstDeadlineNs the first deadline by the same clock, [Poller#FOREVER] if there is none
    void clockRead(long nowNs, long firstDeadlineNs) {
        boolean hurried = emptyPolls < EAGER_POLLS
                || nowNs - clockReadNs >= boundNs / MARGIN
                || firstDeadlineNs - nowNs < boundNs;
        clockInterval = hurried ? 1 : Math.min(clockInterval * 2, MAX_CLOCK_INTERVAL);
        iterationsLeft = clockInterval - 1;
        clockReadNs = nowNs;
    }

    /// Makes the next iteration read the clock, because of a new timer.
    void timerAdded() {
        iterationsLeft = 0;
    }

    /// Makes the next iteration read the clock and poll.
    void reset() {
        emptyPolls = 0;
        pollIntervalNs = 0;
        nextPollNs = Long.MIN_VALUE;
        clockInterval = 1;
        iterationsLeft = 0;
    }
}
