package databridge.pyloop.engine;

/// How a loop asks its poller for events: once without blocking, several times in a row (spinning), or in a wait
/// without the lock. All methods are called under the lock, which only [#waitUntil] and [#handOverLockIfDue] release.
final class Polling {
    private final Poller poller;
    private final BlockingSection blockingSection;
    private final LoopClock clock;
    private final PollSchedule schedule;
    private final LockHandover lockHandover = new LockHandover();
    private boolean blocked;
    private boolean wakeupSent;

    /// @param schedule is notified of each poll and its result
    Polling(Poller poller, BlockingSection blockingSection, LoopClock clock, PollSchedule schedule) {
        this.poller = poller;
        this.blockingSection = blockingSection;
        this.clock = clock;
        this.schedule = schedule;
    }

    /// To be called when a run begins, with the lock.
    void runBegins() {
        lockHandover.lockTaken(clock.nanos());
    }

    /// Polls without blocking and dispatches the events.
    ///
    /// @return whether there were events
    boolean poll(long nowNs) {
        int events = poller.await(0);
        lockHandover.polled(events);
        poller.dispatch(events);
        schedule.polled(nowNs, events);
        return events > 0;
    }

    /// Waits for events and dispatches them.
    ///
    /// @param untilNs when the wait ends at the latest, by the monotonic clock; [Poller#FOREVER] for no limit
    /// @param nowNs the monotonic clock
    /// @return the monotonic clock afterwards
    long waitUntil(long untilNs, long nowNs) {
        if (lockHandover.spinsFirst(nowNs) && spin(nowNs, untilNs)) {
            return clock.nanos();
        }
        return block(untilNs);
    }

    /// Releases the lock for a moment if this loop has held it for too long.
    ///
    /// @param nowNs the monotonic clock
    /// @return the monotonic clock afterwards
    long handOverLockIfDue(long nowNs) {
        if (!lockHandover.isDue(nowNs)) {
            return nowNs;
        }
        blockingSection.enter();
        blockingSection.leave();
        long locked = clock.nanos();
        lockHandover.lockTaken(locked);
        return locked;
    }

    /// Ends a wait that another thread is in, with one system call for however many callers; does nothing if there is
    /// no wait.
    void wakeUp() {
        if (blocked && !wakeupSent) {
            wakeupSent = true;
            poller.wakeUp();
        }
    }

    /// Polls until there are events or the time for that is over.
    private boolean spin(long startNs, long untilNs) {
        long end = Math.min(startNs + lockHandover.spinNs(), untilNs);
        do {
            if (poll(startNs)) {
                return true;
            }
        } while (clock.nanos() < end);
        return false;
    }

    private long block(long untilNs) {
        int events;
        long returned;
        blocked = true;
        try {
            blockingSection.enter();
            try {
                events = poller.await(untilNs == Poller.FOREVER ? untilNs : Math.max(0, untilNs - clock.nanos()));
            } finally {
                returned = clock.nanos();
                blockingSection.leave();
            }
        } finally {
            blocked = false;
            wakeupSent = false;
        }
        long locked = clock.nanos();
        lockHandover.waitedForLock(returned, locked);
        lockHandover.polled(events);
        schedule.reset();
        poller.dispatch(events);
        return locked;
    }
}
