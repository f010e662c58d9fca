package databridge.pyloop.engine;

import databridge.pyloop.collections.LongRing;
import databridge.pyloop.collections.LongStack;

/// The timers of a loop: the heap of their deadlines, and what becomes of those that are cancelled.
///
/// A cancelled timer stays in the heap, because removing an entry from the middle would mean finding it first. It is
/// discarded when it reaches the top, or with all other cancelled ones once they are more than half of the heap; so a
/// program that starts and cancels a timeout per request keeps twice the timers it needs, or 64 more. Under the lock.
final class TimerQueue {
    /// Up to this many cancelled timers are never purged.
    private static final int PURGE_THRESHOLD = 64;

    private final TimerHeap heap = new TimerHeap();
    private final LongStack purged = new LongStack(PURGE_THRESHOLD);
    private final CallbackHost host;
    private int cancelledCount;

    TimerQueue(CallbackHost host) {
        this.host = host;
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /// How many timers are queued, cancelled ones included.
    int size() {
        return heap.size();
    }

    /// How many timers are queued and not cancelled.
    int pendingCount() {
        return heap.size() - cancelledCount;
    }

    /// The callback at `index`, in the order of a binary heap.
    long get(int index) {
        return heap.get(index);
    }

    /// The earliest deadline in nanoseconds, [Poller#FOREVER] if there is no timer.
    long firstDeadline() {
        return heap.isEmpty() ? Poller.FOREVER : heap.firstDeadline();
    }

    void add(long deadlineNs, long callback) {
        heap.add(deadlineNs, callback);
    }

    /// Removes a timer without discarding it.
    ///
    /// @return false if it is not queued
    boolean remove(long callback) {
        if (!heap.remove(callback)) {
            return false;
        }
        if (host.cancelled(callback)) {
            cancelledCount--;
        }
        host.due(callback);
        return true;
    }

    /// Counts a timer that was cancelled while it is queued, and purges if there are too many of them.
    void countCancelled() {
        cancelledCount++;
        if (cancelledCount > PURGE_THRESHOLD && cancelledCount * 2 > heap.size()) {
            purge();
        }
    }

    /// Discards cancelled timers as long as one is first, so that none of them wakes the loop.
    void discardCancelledFirst() {
        while (!heap.isEmpty() && host.cancelled(heap.first())) {
            cancelledCount--;
            host.discard(heap.take());
        }
    }

    /// Moves the timers whose deadline is not after `timeNs` to `ready`, in the order of their deadlines.
    ///
    /// @return how many, without those that were cancelled
    int moveDueTo(LongRing ready, long timeNs) {
        int moved = 0;
        while (!heap.isEmpty() && heap.firstDeadline() <= timeNs) {
            long callback = heap.take();
            if (host.cancelled(callback)) {
                cancelledCount--;
                host.discard(callback);
            } else {
                host.due(callback);
                ready.add(callback);
                moved++;
            }
        }
        return moved;
    }

    /// Frees memory if most of it is unused. Called when the loop is idle.
    void shrink() {
        heap.shrink();
    }

    /// Discards every timer.
    void clear() {
        while (!heap.isEmpty()) {
            host.discard(heap.take());
        }
        cancelledCount = 0;
    }

    private void purge() {
        heap.purge(host, purged);
        cancelledCount = 0;
        while (!purged.isEmpty()) {
            host.discard(purged.pop());
        }
    }
}
