package databridge.pyloop.engine;

/// Callbacks that are due, in the order they were scheduled.
///
/// A ring of plain numbers, so that scheduling leaves no garbage. Not thread safe.
final class ReadyQueue {
    private static final int INITIAL_CAPACITY = 1024;

    private long[] ring = new long[INITIAL_CAPACITY]; // power of two: indices are masked
    private int head;
    private int size;
    private int peak;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(long callback) {
        if (size == ring.length) {
            resize(ring.length * 2);
        }
        ring[(head + size) & (ring.length - 1)] = callback;
        size++;
        peak = Math.max(peak, size);
    }

    /// Removes the oldest callback. The queue must not be empty.
    long take() {
        long callback = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return callback;
    }

    /// The callback at `index`, counted from the oldest.
    long get(int index) {
        return ring[(head + index) & (ring.length - 1)];
    }

    /// Gives back half of what the bursts since the last call did not need. To be called when there is time.
    void shrink() {
        if (ring.length > INITIAL_CAPACITY && peak < ring.length / 4) {
            resize(ring.length / 2);
        }
        peak = size;
    }

    private void resize(int capacity) {
        long[] resized = new long[capacity];
        int untilEnd = Math.min(size, ring.length - head);
        System.arraycopy(ring, head, resized, 0, untilEnd);
        System.arraycopy(ring, 0, resized, untilEnd, size - untilEnd);
        ring = resized;
        head = 0;
    }
}
