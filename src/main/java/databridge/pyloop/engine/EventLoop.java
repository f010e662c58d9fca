package databridge.pyloop.engine;

import databridge.pyloop.collections.LongRing;
import databridge.pyloop.collections.LongStack;

/// One event loop: its ready queue, its timers, and what happens in an iteration.
///
/// All methods are called by one thread at a time under the caller's lock (the GIL), which [BlockingSection]
/// gives up around a blocking wait and nowhere else; so another thread may schedule a callback while this one
/// waits. The order of an iteration is asyncio's: wait for I/O, then due timers, then exactly the callbacks that
/// are ready by then.
public final class EventLoop {
    /// Cancelled timers stay in the heap until they are this many and more than half of it.
    private static final int PURGE_THRESHOLD = 64;

    private static final long TIDY_INTERVAL_NS = 1_000_000_000;

    private static final int READY_CAPACITY = 1024;

    private final LongRing ready = new LongRing(READY_CAPACITY);
    private final TimerHeap timers = new TimerHeap();
    private final LongStack doomed = new LongStack(PURGE_THRESHOLD);
    private final TaskTable tasks = new TaskTable();
    private final DeferredTasks deferred = new DeferredTasks();
    private final CallbackHost host;
    private final Poller poller;
    private final BlockingSection blockingSection;
    private final LoopClock clock;
    private final PollSchedule schedule;
    private int cancelledTimers;
    private long lastTidiedNs;
    private final LockHandover lockHandover = new LockHandover();
    private boolean blocked;
    private boolean wakeupSent;

    /// @param pollBoundNs the longest time a busy loop may go without looking for I/O, see [PollSchedule]
    public EventLoop(
            CallbackHost host, Poller poller, BlockingSection blockingSection, LoopClock clock, long pollBoundNs) {
        this.host = host;
        this.poller = poller;
        this.blockingSection = blockingSection;
        this.clock = clock;
        this.schedule = new PollSchedule(pollBoundNs);
    }

    /// Takes over a callback to run in the next iteration.
    public void callSoon(long callback) {
        ready.add(callback);
    }

    /// Takes over a callback to run once the clock has reached `deadlineNs`, never before.
    public void callAt(long deadlineNs, long callback) {
        timers.add(deadlineNs, callback);
        schedule.demand();
    }

    /// Nanoseconds of the monotonic clock.
    public long now() {
        return clock.nanos();
    }

    /// Makes a task known, so that it can be run by its number.
    ///
    /// @return the number
    public long addTask(ReadyTask task) {
        return tasks.add(task);
    }

    /// Forgets a task. If it is queued it does not run any more.
    public void removeTask(long number) {
        tasks.remove(number);
    }

    /// Lets a task have its turn in the next iteration, behind the callbacks that are ready by now.
    public void taskReady(long number) {
        ready.add(number);
    }

    /// Has a task run when the callbacks of this iteration have, before the loop looks for I/O or ends.
    public void defer(ReadyTask task) {
        deferred.add(task);
    }

    /// Adds to what the deferred tasks hold back, in whatever unit, and tells the sum since they ran last.
    public long weighDeferred(long more) {
        return deferred.weigh(more);
    }

    /// Runs what was put off so far, now.
    public void runDeferred() {
        deferred.run(host);
    }

    /// Lets the heap know that a callback given to [#callAt] was cancelled and is still in there.
    ///
    /// It is given up later, even if it is easy to find: by then nobody else holds it any more, and it can be
    /// reused.
    public void timerCancelled() {
        cancelledTimers++;
        if (cancelledTimers > PURGE_THRESHOLD && cancelledTimers * 2 > timers.size()) {
            purgeTimers();
        }
    }

    /// Makes the loop notice what another thread has scheduled; costs a system call only if it is blocked.
    public void wakeUp() {
        if (blocked && !wakeupSent) {
            wakeupSent = true;
            poller.wakeUp();
        }
    }

    /// To be called when what is polled for has changed: the next iteration then looks for I/O.
    public void interestChanged() {
        schedule.reset();
    }

    /// Runs iterations until a stop is requested, at least one.
    public void run() {
        schedule.reset();
        lockHandover.lockTaken(clock.nanos());
        do {
            iterate();
        } while (!host.stopRequested());
    }

    /// Runs one iteration, looking for I/O in any case.
    public void runOnce() {
        schedule.reset();
        lockHandover.lockTaken(clock.nanos());
        iterate();
    }

    /// Gives up everything that is scheduled.
    public void clear() {
        while (!ready.isEmpty()) {
            long callback = ready.take();
            if (!TaskTable.isTask(callback)) {
                host.discard(callback);
            }
        }
        deferred.clear();
        while (!timers.isEmpty()) {
            host.discard(timers.take());
        }
        cancelledTimers = 0;
    }

    public int readyCount() {
        return ready.size();
    }

    public int timerCount() {
        return timers.size();
    }

    /// A scheduled callback, ready ones first, or the negative number of a task; for introspection.
    public long callback(int index) {
        return index < ready.size() ? ready.get(index) : timers.get(index - ready.size());
    }

    private void iterate() {
        if (ready.isEmpty()) {
            attend(pollUntilNextDeadline(clock.nanos()));
        } else if (schedule.due()) {
            long now = clock.nanos();
            if (lockHandover.isOver(now)) {
                now = giveOthersTheLock();
            }
            if (schedule.lookDue(now)) {
                look(now);
            }
            attend(now);
        }
        try {
            runReady();
        } catch (Throwable thrown) {
            host.runAside(this::runDeferred);
            throw thrown;
        }
        if (!deferred.isEmpty()) {
            runDeferred();
        }
    }

    /// @return the time afterwards
    private long giveOthersTheLock() {
        blockingSection.enter();
        blockingSection.leave();
        long now = clock.nanos();
        lockHandover.lockTaken(now);
        return now;
    }

    private void runReady() {
        // What is scheduled from here on waits for the next iteration.
        for (int remaining = ready.size(); remaining > 0 && !ready.isEmpty(); remaining--) {
            long callback = ready.take();
            if (TaskTable.isTask(callback)) {
                tasks.run(callback);
            } else if (host.cancelled(callback)) {
                host.discard(callback);
            } else {
                host.run(callback);
            }
        }
    }

    private void attend(long now) {
        host.checkInterrupts();
        long time = clock.deadlineNanos(now);
        while (!timers.isEmpty() && timers.firstDeadline() <= time) {
            readyTimer();
        }
        if (clock.isReplaced()) {
            schedule.reset(); // nobody knows how far it will have gone in the next iteration
        } else {
            schedule.paid(now, timers.isEmpty() ? Poller.FOREVER : timers.firstDeadline());
        }
    }

    private void readyTimer() {
        long callback = timers.take();
        if (host.cancelled(callback)) {
            cancelledTimers--;
            host.discard(callback);
        } else {
            host.due(callback);
            ready.add(callback);
        }
    }

    private boolean look(long now) {
        int events = poller.await(0);
        lockHandover.found(events);
        poller.dispatch(events);
        schedule.looked(now, events);
        return events > 0;
    }

    private long pollUntilNextDeadline(long now) {
        long time = clock.deadlineNanos(now);
        discardCancelledFirst();
        if (now - lastTidiedNs > TIDY_INTERVAL_NS) {
            lastTidiedNs = now;
            ready.shrink();
            timers.shrink();
            host.idle();
        }
        long deadline = timers.isEmpty() ? Poller.FOREVER : timers.firstDeadline();
        // What came before may have run code that scheduled something.
        if (deadline <= time || !ready.isEmpty() || host.stopRequested()) {
            look(now);
            return now;
        }
        long until = until(deadline, time, now);
        if (lockHandover.looks(now) && lookPatiently(now, until)) {
            return clock.nanos();
        }
        int events;
        long returned;
        blocked = true;
        try {
            blockingSection.enter();
            try {
                events = poller.await(until == Poller.FOREVER ? until : Math.max(0, until - clock.nanos()));
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
        lockHandover.found(events);
        schedule.reset();
        poller.dispatch(events);
        return locked;
    }

    /// The moment of the monotonic clock at which a later deadline comes, if the two clocks go at one speed.
    private static long until(long deadline, long time, long now) {
        long wait = deadline - time;
        boolean beyondAllTime = deadline == Poller.FOREVER || wait < 0 || now + wait < now;
        return beyondAllTime ? Poller.FOREVER : now + wait;
    }

    private boolean lookPatiently(long start, long until) {
        long end = Math.min(start + lockHandover.lookNs(), until);
        do {
            if (look(start)) {
                return true;
            }
        } while (clock.nanos() < end);
        return false;
    }

    /// A cancelled timer must not wake the loop.
    private void discardCancelledFirst() {
        while (!timers.isEmpty() && host.cancelled(timers.first())) {
            cancelledTimers--;
            host.discard(timers.take());
        }
    }

    private void purgeTimers() {
        timers.purge(host, doomed);
        cancelledTimers = 0;
        while (!doomed.isEmpty()) {
            host.discard(doomed.pop());
        }
    }
}
