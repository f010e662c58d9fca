package databridge.pyloop.collections;

import java.util.Arrays;

/// A growing stack of plain numbers. Not thread safe.
public final class LongStack {
    private long[] elements;
    private int size;

    public LongStack(int capacity) {
        elements = new long[capacity];
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    public void push(long element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, size * 2);
        }
        elements[size++] = element;
    }

    public void clear() {
        size = 0;
    }

    /// The stack must not be empty.
    public long pop() {
        return elements[--size];
    }
}
