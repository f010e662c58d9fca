package databridge.pyloop.collections;

import java.util.Arrays;

/// A growing stack of plain numbers. Not thread safe.
public final class LongStack {
    private long[] elements;
    private int size;

    /// @param capacity how many numbers fit at first, more than 0
    public LongStack(int capacity) {
        elements = new long[capacity];
    }

    /// Whether there are no numbers on the stack.
    public boolean isEmpty() {
        return size == 0;
    }

    /// How many numbers are on the stack.
    public int size() {
        return size;
    }

    /// Adds a number on top.
    public void push(long element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, size * 2);
        }
        elements[size++] = element;
    }

    /// Removes all numbers.
    public void clear() {
        size = 0;
    }

    /// Removes and returns the number on top. The stack must not be empty.
    public long pop() {
        return elements[--size];
    }
}
