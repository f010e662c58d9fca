package databridge.pyloop.engine;

/// How a loop asks its poller for events: once without blocking, several times in a row (spinning), or in a wait
/// without the lock. All methods are called under the lock, which only [#waitUntil] and [#handOverLockIfDue] release.
final class Polling {
    private final Poller poller;
    private final BlockingSection blockingSection;
    private final Clock clock;
    private final PollSchedule schedule;
    private final GilHandover gilHandover = new GilHandover();
    private final Wakeup wakeup;
    private final LoopStatistics statistics;

    /// @param schedule is notified of each poll and its result
    /// @param statistics counts polls and waits
    Polling(
            Poller poller,
            BlockingSection blockingSection,
            Clock clock,
            PollSchedule schedule,
            LoopStatistics statistics) {
        this.poller = poller;
        this.blockingSection = blockingSection;
        this.clock = clock;
        this.schedule = schedule;
        this.statistics = statistics;
        wakeup = new Wakeup(poller);
    }

    /// Ends a wait from another thread.
    Wakeup wakeup() {
        return wakeup;
    }

    /// To be called when a run begins, with the lock.
    void runBegins() {
        gilHandover.lockTaken(clock.nanos());
    }

    /// Polls without blocking and dispatches the events.
    ///
    /// @return whether there were events
    boolean poll(long nowNs) {
        int events = poller.await(0);
        statistics.polled(events);
        gilHandover.polled(events);
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
        if (gilHandover.spinsFirst() && spin(handOverLockIfDue(nowNs), untilNs)) {
            return clock.nanos();
        }
        return block(untilNs);
    }

    /// Releases the lock for a moment if this loop has held it for too long.
    ///
    /// @param nowNs the monotonic clock
    /// @return the monotonic clock afterwards
    long handOverLockIfDue(long nowNs) {
        if (!gilHandover.offerIsDue(nowNs)) {
            return nowNs;
        }
        boolean othersWait = blockingSection.offer();
        long locked = clock.nanos();
        if (othersWait) {
            statistics.handedOver(locked - nowNs);
        }
        gilHandover.offered(nowNs, locked, othersWait);
        return locked;
    }

    /// Polls until there are events or the time for that is over.
    private boolean spin(long startNs, long untilNs) {
        long end = Math.min(startNs + gilHandover.spinNs(), untilNs);
        do {
            if (poll(startNs)) {
                return true;
            }
        } while (clock.nanos() < end);
        return false;
    }

    private long block(long untilNs) {
        if (blockingSection.isCooperative()) {
            return cooperate(untilNs);
        }
        int events;
        long began;
        long returned;
        wakeup.beginWait();
        try {
            blockingSection.enter();
            try {
                began = clock.nanos();
                events = poller.await(untilNs == Poller.FOREVER ? untilNs : Math.max(0, untilNs - began));
            } finally {
                returned = clock.nanos();
                blockingSection.leave();
            }
        } finally {
            if (wakeup.endWait()) {
                statistics.wokenUp();
            }
        }
        long locked = clock.nanos();
        statistics.waited(events, returned - began, locked - returned);
        gilHandover.waitedForLock(returned, locked);
        gilHandover.polled(events);
        schedule.reset();
        poller.dispatch(events);
        return locked;
    }

    /// As [#block], where other code does the waiting.
    private long cooperate(long untilNs) {
        wakeup.beginWait();
        try {
            long now = clock.nanos();
            blockingSection.cooperate(untilNs == Poller.FOREVER ? untilNs : Math.max(0, untilNs - now));
        } finally {
            if (wakeup.endWait()) {
                statistics.wokenUp();
            }
        }
        long after = clock.nanos();
        schedule.reset();
        poll(after);
        gilHandover.lockTaken(after);
        return after;
    }
}
