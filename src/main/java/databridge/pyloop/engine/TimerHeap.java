package databridge.pyloop.engine;

import databridge.pyloop.collections.LongStack;
import java.util.Arrays;

/// Callbacks that are due later, by deadline; ties in the order they were scheduled.
///
/// A binary heap of (deadline, order, callback) triples in one array of plain numbers, so that scheduling leaves no
/// garbage. The heap does not know which callbacks are cancelled, only how many: see [#purge]. Not thread safe.
final class TimerHeap {
    private static final int STRIDE = 3;
    private static final int ORDER = 1;
    private static final int CALLBACK = 2;
    private static final int INITIAL_TIMERS = 256;

    private long[] entries = new long[INITIAL_TIMERS * STRIDE];
    private int size;
    private long nextOrder;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /// The earliest deadline. The heap must not be empty.
    long firstDeadline() {
        return entries[0];
    }

    /// The callback with the earliest deadline. The heap must not be empty.
    long first() {
        return entries[CALLBACK];
    }

    /// The callback at `index`, in the order of a binary heap.
    long get(int index) {
        return entries[index * STRIDE + CALLBACK];
    }

    void add(long deadlineNs, long callback) {
        if ((size + 1) * STRIDE > entries.length) {
            entries = Arrays.copyOf(entries, entries.length * 2);
        }
        siftUp(size++, deadlineNs, nextOrder++, callback);
    }

    /// Removes and returns the callback with the earliest deadline. The heap must not be empty.
    long take() {
        long callback = entries[CALLBACK];
        size--;
        if (size > 0) {
            int last = size * STRIDE;
            siftDown(0, entries[last], entries[last + ORDER], entries[last + CALLBACK]);
        }
        return callback;
    }

    /// Removes a callback, in linear time unless it is among the first.
    ///
    /// @return false if there is no such callback
    boolean remove(long callback) {
        int index = 0;
        while (index < size && get(index) != callback) {
            index++;
        }
        if (index == size) {
            return false;
        }
        size--;
        if (index < size) {
            int last = size * STRIDE;
            long deadline = entries[last];
            long order = entries[last + ORDER];
            siftUp(index, deadline, order, entries[last + CALLBACK]);
            if (entries[index * STRIDE + ORDER] == order) { // it did not rise
                siftDown(index, deadline, order, entries[index * STRIDE + CALLBACK]);
            }
        }
        return true;
    }

    /// Removes every callback that `host` calls cancelled, in linear time.
    ///
    /// @param removed receives them; they are not released here, because that may call back into the heap
    void purge(CallbackHost host, LongStack removed) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (host.cancelled(get(i))) {
                removed.push(get(i));
            } else {
                move(entries, i, kept++);
            }
        }
        size = kept;
        for (int i = size / 2 - 1; i >= 0; i--) {
            int at = i * STRIDE;
            siftDown(i, entries[at], entries[at + ORDER], entries[at + CALLBACK]);
        }
    }

    /// Frees half of the array if most of it is unused. Called when the loop is idle.
    void shrink() {
        if (entries.length > INITIAL_TIMERS * STRIDE && size * STRIDE * 8 < entries.length) {
            entries = Arrays.copyOf(entries, entries.length / 2);
        }
    }

    private void siftUp(int hole, long deadline, long order, long callback) {
        long[] heap = entries;
        int index = hole;
        while (index > 0) {
            int parent = (index - 1) >>> 1;
            if (!earlier(deadline, order, heap, parent * STRIDE)) {
                break;
            }
            move(heap, parent, index);
            index = parent;
        }
        put(heap, index, deadline, order, callback);
    }

    private void siftDown(int hole, long deadline, long order, long callback) {
        long[] heap = entries;
        int index = hole;
        while (true) {
            int child = 2 * index + 1;
            if (child >= size) {
                break;
            }
            int right = child + 1;
            if (right < size && earlier(heap[right * STRIDE], heap[right * STRIDE + ORDER], heap, child * STRIDE)) {
                child = right;
            }
            if (!earlier(heap[child * STRIDE], heap[child * STRIDE + ORDER], deadline, order)) {
                break;
            }
            move(heap, child, index);
            index = child;
        }
        put(heap, index, deadline, order, callback);
    }

    /// As `System.arraycopy`, whose call takes longer than to move three numbers.
    private static void move(long[] heap, int from, int to) {
        int at = from * STRIDE;
        put(heap, to, heap[at], heap[at + ORDER], heap[at + CALLBACK]);
    }

    private static void put(long[] heap, int index, long deadline, long order, long callback) {
        int at = index * STRIDE;
        heap[at] = deadline;
        heap[at + ORDER] = order;
        heap[at + CALLBACK] = callback;
    }

    private static boolean earlier(long deadline, long order, long[] heap, int at) {
        return earlier(deadline, order, heap[at], heap[at + ORDER]);
    }

    private static boolean earlier(long deadline, long order, long otherDeadline, long otherOrder) {
        return deadline < otherDeadline || (deadline == otherDeadline && order < otherOrder);
    }
}
