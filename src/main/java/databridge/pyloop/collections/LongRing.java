package databridge.pyloop.collections;

/// A growing queue of plain numbers, first in, first out. Adding and taking leave no garbage. Not thread safe.
public final class LongRing {
    private final int initialCapacity;
    private long[] ring;
    private int head;
    private int size;
    private int peak;

    /// @param initialCapacity a power of two: indices are masked
    public LongRing(int initialCapacity) {
        this.initialCapacity = initialCapacity;
        ring = new long[initialCapacity];
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    public void add(long number) {
        if (size == ring.length) {
            resize(ring.length * 2);
        }
        ring[(head + size) & (ring.length - 1)] = number;
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

    /// The number at `index`, counted from the oldest.
    public long get(int index) {
        return ring[(head + index) & (ring.length - 1)];
    }

    /// Gives back half of what the bursts since the last call did not need. To be called when there is time.
    public void shrink() {
        if (ring.length > initialCapacity && peak < ring.length / 4) {
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
