package databridge.pyloop.collections;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gives objects small numbers from 1 on, which fit into a C field or into a queue of numbers. Numbers are reused.
///
/// Constant time for every operation. Not thread safe.
public final class NumberTable<T> {
    private @Nullable Object[] objects = new Object[16];
    private int[] free = new int[16];
    private int freeCount;
    private int unused = 1;

    /// Reserves a number for [#put].
    public int reserve() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (unused == objects.length) {
            objects = Arrays.copyOf(objects, 2 * unused);
            free = Arrays.copyOf(free, 2 * unused);
        }
        return unused++;
    }

    /// @param number from [#reserve]
    public void put(int number, T object) {
        objects[number] = object;
    }

    /// The object of that number; null for 0, and for a number that is free.
    @SuppressWarnings("unchecked") // put() takes nothing else
    public @Nullable T get(int number) {
        return (T) objects[number];
    }

    /// Makes a number that is in use free.
    public void remove(int number) {
        objects[number] = null;
        free[freeCount++] = number;
    }

    /// Makes all numbers free.
    public void clear() {
        Arrays.fill(objects, null);
        freeCount = 0;
        unused = 1;
    }
}
