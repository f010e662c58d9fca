package databridge.pyloop.collections;

/// A growing queue of plain numbers, first in, first out. Adding and taking leave no garbage. Not thread safe.
///
/// A queue of records adds and takes the numbers of a record one after the other; the fields of record `i` of three
/// numbers are then at `3 * i`, `3 * i + 1` and `3 * i + 2`.
public final class LongRing {
    private static final long[] NOTHING = {};

    private final int initialCapacity;
    private long[] ring = NOTHING; // capacity is a power of two: indices are masked
    private int head;
    private int size;
    private int peak;

    /// Allocates no memory for numbers before the first one is added.
    ///
    /// @param initialCapacity in numbers; a power of two
    public LongRing(int initialCapacity) {
        this.initialCapacity = initialCapacity;
    }

    /// Whether there are no numbers in the queue.
    public boolean isEmpty() {
        return size == 0;
    }

    /// How many numbers are in the queue.
    public int size() {
        return size;
    }

    /// For how many numbers there is memory.
    public int capacity() {
        return ring.length;
    }

    /// Appends a number.
    public void add(long number) {
        if (size == ring.length) {
            grow();
        }
        ring[(head + size) & (ring.length - 1)] = number;
        size++;
        peak = Math.max(peak, size);
    }

    /// Puts a number in front of the oldest.
    public void addFirst(long number) {
        if (size == ring.length) {
            grow();
        }
        head = (head - 1) & (ring.length - 1);
        ring[head] = number;
        size++;
        peak = Math.max(peak, size);
    }

    /// Removes the oldest number. The queue must not be empty.
    public long take() {
        long number = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return number;
    }

    /// Removes the number at `index`, counted from the oldest, in linear time unless it is
    /// the oldest.
    ///
    /// @param index from 0 to below [#size]
    public long take(int index) {
        long number = get(index);
        for (int i = index; i > 0; i--) {
            set(i, get(i - 1));
        }
        take();
        return number;
    }

    /// Inserts a number before the one at `index`, counted from the oldest, in linear time.
    ///
    /// @param index from 0 to [#size]
    public void insert(int index, long number) {
        addFirst(number);
        for (int i = 0; i < index; i++) {
            set(i, get(i + 1));
        }
        set(index, number);
    }

    /// The number at `index`, counted from the oldest.
    ///
    /// @param index from 0 to below [#size]
    public long get(int index) {
        return ring[(head + index) & (ring.length - 1)];
    }

    /// Replaces the number at `index`, counted from the oldest.
    ///
    /// @param index from 0 to below [#size]
    public void set(int index, long number) {
        ring[(head + index) & (ring.length - 1)] = number;
    }

    /// Frees half of the memory, if the numbers since the last call did not need it. Called when the loop
    /// is idle.
    public void shrink() {
        if (ring.length > initialCapacity && peak < ring.length / 4) {
            resize(ring.length / 2);
        }
        peak = size;
    }

    /// Removes all numbers and frees all memory.
    public void clear() {
        ring = NOTHING;
        head = 0;
        size = 0;
        peak = 0;
    }

    private void grow() {
        resize(Math.max(initialCapacity, 2 * ring.length));
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
