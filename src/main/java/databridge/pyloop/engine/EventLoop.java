package databridge.pyloop.engine;

import databridge.pyloop.collections.LongRing;

/// One event loop: its ready queue, its timers, and what happens in an iteration.
///
/// The problem is order. Callbacks, timers, I/O, signal handlers and other threads all need the one thread
/// that runs the loop, and programs rely on the order that asyncio has. An iteration is
///
/// ```
///  nothing ready:  wait for I/O until the first deadline, without the lock      Polling.waitUntil
///  else, if due:   hand the lock over, poll without blocking                    GilHandover, PollSchedule
///                  run signal handlers, move due timers to the ready queue      CallbackHost, TimerQueue
///  always:         run the callbacks that are ready by now, no others           runReady
///                  after each of them, run what it has deferred                 DeferredTasks
/// ```
///
/// - *Exactly those that are ready by now*: a callback that schedules another one with `call_soon` would otherwise
///   keep I/O and timers waiting for ever. The number is read once, before the first of them runs.
/// - *First in, first out*: what this poll's events schedule comes behind the callbacks that were ready before it, and
///   the timers that are due come behind both, by deadline.
/// - *Tasks of the engine*, such as a transport that has something to read, are entries of the ready queue too:
///   negative numbers among the addresses of callbacks. So they run where asyncio would run the event's callback.
/// - *Deferred tasks* are what the rest of one callback shares, such as one system call for its further
///   writes. They run before the next callback, and also if this one raises. A run within a callback begins
///   with them.
/// - An iteration with callbacks ready does not always poll, see [PollSchedule]; nor does one that waits
///   always release the lock, see [GilHandover]. Both bound the delay that they cause.
///
/// All methods are called by one thread at a time under the caller's lock (the GIL). [BlockingSection] releases it
/// around a wait, and around a handover between two iterations. Meanwhile another thread may schedule callbacks,
/// and must then call [Wakeup#wakeUp]. CPython can interrupt a running callback in the same way, so state is
/// consistent whenever a method of [CallbackHost] is called. Any of those methods may also call back into the
/// loop, even run it.
public final class EventLoop {
    private static final long MAINTENANCE_INTERVAL_NS = 1_000_000_000;

    private static final int READY_CAPACITY = 1024;

    private final LongRing ready = new LongRing(READY_CAPACITY);
    private final TaskTable tasks = new TaskTable();
    private final DeferredTasks deferred;
    private final CallbackHost host;
    private final Clock clock;
    private final TimerQueue timers;
    private final PollSchedule schedule;
    private final Polling polling;
    private final LoopStatistics statistics = new LoopStatistics();
    private final Scheduled scheduled;
    private long maintainedNs;
    private boolean runsOutside;

    /// @param host what runs callbacks
    /// @param poller waits for I/O
    /// @param blockingSection releases the lock around waits
    /// @param clock the loop's clock
    /// @param pollBoundNs the longest time between two polls of a busy loop, in nanoseconds,
    ///     see [PollSchedule]
    public EventLoop(CallbackHost host, Poller poller, BlockingSection blockingSection, Clock clock, long pollBoundNs) {
        this.host = host;
        this.clock = clock;
        deferred = new DeferredTasks(host);
        timers = new TimerQueue(host);
        scheduled = new Scheduled(ready, timers, tasks);
        schedule = new PollSchedule(pollBoundNs);
        polling = new Polling(poller, blockingSection, clock, schedule, statistics);
    }

    /// Schedules a callback for the next iteration.
    ///
    /// @param callback a positive number; the loop takes over its reference
    public void callSoon(long callback) {
        ready.add(callback);
    }

    /// Schedules a callback or a task before all others: it was its turn, and it has not begun.
    public void putBack(long callback) {
        ready.addFirst(callback);
    }

    /// Schedules a callback to run once the clock has reached a deadline, never before.
    ///
    /// @param deadlineNs in nanoseconds of the clock that [Clock#deadlineNanos] reads
    /// @param callback a positive number; the loop takes over its reference
    public void callAt(long deadlineNs, long callback) {
        timers.add(deadlineNs, callback);
        schedule.timerAdded();
    }

    /// Nanoseconds of the monotonic clock.
    public long now() {
        return clock.nanos();
    }

    /// Adds a task, so that it can be queued by its number.
    ///
    /// @return the number, which is negative
    public long addTask(ReadyTask task) {
        return tasks.add(task);
    }

    /// Removes a task. If it is queued it does not run any more.
    public void removeTask(long number) {
        tasks.remove(number);
    }

    /// Queues a task to run in the next iteration, behind the callbacks that are ready by now.
    public void taskReady(long number) {
        ready.add(number);
    }

    /// What runs when the current callback ends.
    public DeferredTasks deferred() {
        return deferred;
    }

    /// Counts a callback of [#callAt] that was cancelled and is still queued.
    ///
    /// It is discarded later, even if it is easy to find: by then no other code refers to it, so it can
    /// be reused.
    public void timerCancelled() {
        timers.countCancelled();
    }

    /// Wakes the loop from other threads.
    public Wakeup wakeup() {
        return polling.wakeup();
    }

    /// Passes the loop's counters to a reader: what it has done, and how much is scheduled.
    public void showCounters(CounterReader reader) {
        statistics.show(reader);
        reader.counter("ready", ready.size());
        reader.counter("scheduled", timers.pendingCount());
    }

    /// To be called when a registration with the poller was added or changed: the next iteration then polls.
    public void interestChanged() {
        schedule.reset();
    }

    /// Runs iterations until a stop is requested, at least one.
    public void run() {
        begin();
        do {
            iterate();
        } while (!host.stopRequested());
    }

    /// Runs one iteration, which polls in any case.
    public void runOnce() {
        begin();
        iterate();
    }

    /// Discards everything that is scheduled.
    public void clear() {
        while (!ready.isEmpty()) {
            long callback = ready.take();
            if (!TaskTable.isTask(callback)) {
                host.discard(callback);
            }
        }
        deferred.clear();
        timers.clear();
    }

    /// What is scheduled, for code outside of the engine.
    public Scheduled scheduled() {
        return scheduled;
    }

    /// Polls or waits for events, and delivers them: the part of an iteration that code outside of
    /// the engine needs for iterations of its own.
    ///
    /// @param timeoutNs how long to wait at most, in nanoseconds; [Poller#FOREVER] for no limit
    public void select(long timeoutNs) {
        endCallback();
        runsOutside = true;
        timers.discardCancelledFirst();
        long now = clock.nanos();
        if (timeoutNs <= 0) {
            polling.poll(now);
        } else {
            polling.waitUntil(timeoutNs > Poller.FOREVER - now ? Poller.FOREVER : now + timeoutNs, now);
        }
        schedule.reset();
        host.checkInterrupts();
    }

    /// Whether code outside of the engine runs callbacks, since [#select]: no iteration of the engine
    /// may come soon to run what is deferred.
    public boolean runsOutside() {
        return runsOutside;
    }

    private void begin() {
        endCallback(); // what the caller has deferred must not wait for this run
        schedule.reset();
        polling.runBegins();
    }

    private void iterate() {
        runsOutside = false;
        statistics.iteration();
        try {
            findWork();
            endCallback();
            runReady();
        } catch (Throwable thrown) {
            host.runWhileLeaving(this::endCallback);
            throw thrown;
        }
    }

    private void findWork() {
        if (ready.isEmpty()) {
            runSignalsAndTimers(waitForWork(clock.nanos()));
        } else if (schedule.clockDue()) {
            long now = polling.handOverLockIfDue(clock.nanos());
            if (schedule.pollDue(now)) {
                polling.poll(now);
            }
            runSignalsAndTimers(now);
        }
    }

    private void endCallback() {
        if (deferred.isDue()) {
            deferred.callbackEnded();
        }
    }

    private void runReady() {
        // What is scheduled from here on waits for the next iteration.
        int due = ready.size();
        int remaining = due;
        try {
            while (remaining > 0 && !ready.isEmpty()) {
                remaining--;
                long callback = ready.take();
                if (TaskTable.isTask(callback)) {
                    tasks.run(callback);
                } else if (host.cancelled(callback)) {
                    host.discard(callback);
                } else {
                    host.run(callback);
                }
                endCallback();
            }
        } finally {
            statistics.ran(due - remaining);
        }
    }

    private void runSignalsAndTimers(long now) {
        host.checkInterrupts();
        statistics.timersDue(timers.moveDueTo(ready, clock.deadlineNanos(now)));
        if (clock.isReplaced()) {
            schedule.reset(); // how far it will have gone in the next iteration cannot be predicted
        } else {
            schedule.clockRead(now, timers.firstDeadline());
        }
    }

    /// Waits for I/O until the first deadline; polls once if there is something to do already.
    ///
    /// @return the monotonic clock afterwards
    private long waitForWork(long now) {
        long time = clock.deadlineNanos(now);
        timers.discardCancelledFirst();
        if (now - maintainedNs > MAINTENANCE_INTERVAL_NS) {
            maintainedNs = now;
            maintain();
        }
        long deadline = timers.firstDeadline();
        // What came before may have run code that scheduled something.
        if (deadline <= time || !ready.isEmpty() || host.stopRequested()) {
            polling.poll(now);
            return now;
        }
        return polling.waitUntil(monotonic(deadline, time, now), now);
    }

    private void maintain() {
        ready.shrink();
        timers.shrink();
        host.idle();
    }

    /// When the monotonic clock shows that a later deadline has come, if both clocks run at one speed.
    private static long monotonic(long deadline, long time, long now) {
        long wait = deadline - time;
        boolean beyondAllTime = deadline == Poller.FOREVER || wait < 0 || now + wait < now;
        return beyondAllTime ? Poller.FOREVER : now + wait;
    }
}
