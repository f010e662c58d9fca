package databridge.pyloop.engine;

import databridge.pyloop.collections.LongRing;

/// What is scheduled in a loop, for code outside of the engine that looks at it or changes it:
/// asyncio's own, and tools that expect the containers of asyncio's loop. Under the lock.
public final class Scheduled {
    private final LongRing ready;
    private final TimerQueue timers;
    private final TaskTable tasks;

    Scheduled(LongRing ready, TimerQueue timers, TaskTable tasks) {
        this.ready = ready;
        this.timers = timers;
        this.tasks = tasks;
    }

    /// How many callbacks and tasks are ready.
    public int readyCount() {
        return ready.size();
    }

    /// A callback that is ready, or the negative number of a task.
    ///
    /// @param index from 0, the next to run, to below [#readyCount]
    public long ready(int index) {
        return ready.get(index);
    }

    /// The callback of a task that is ready, see [ReadyTask#asCallback].
    ///
    /// @param number negative
    public long callbackOf(long number) {
        ReadyTask task = tasks.find(number);
        return task == null ? 0 : task.asCallback();
    }

    /// Removes what is ready at an index. The caller takes over the reference of a callback; of a
    /// task it gets [ReadyTask#asCallback].
    public long takeReady(int index) {
        long number = ready.take(index);
        if (!TaskTable.isTask(number)) {
            return number;
        }
        ReadyTask task = tasks.find(number);
        if (task == null) {
            return 0;
        }
        long callback = task.asCallback();
        task.leftQueue();
        return callback;
    }

    /// Inserts a callback before what is ready at an index.
    ///
    /// @param index from 0 to [#readyCount]
    /// @param callback the loop takes over its reference
    public void insertReady(int index, long callback) {
        ready.insert(index, callback);
    }

    /// How many timers are queued, cancelled ones included.
    public int timerCount() {
        return timers.size();
    }

    /// A timer, in the order of a binary heap.
    ///
    /// @param index from 0, the one with the earliest deadline, to below [#timerCount]
    public long timer(int index) {
        return timers.get(index);
    }

    /// Removes a timer that is not due yet. The caller takes over its reference.
    ///
    /// @return false if it is not queued
    public boolean removeTimer(long callback) {
        return timers.remove(callback);
    }
}
