package databridge.pyloop.transports;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gives things small numbers from 1 on, which fit into a C field of the object they belong to. Under the GIL.
final class NumberedTable<T> {
    private @Nullable Object[] things = new Object[64];
    private int searchFrom = 1;

    /// The number for the next [#put].
    int freeNumber() {
        while (searchFrom < things.length && things[searchFrom] != null) {
            searchFrom++;
        }
        return searchFrom;
    }

    void put(int number, T thing) {
        if (number >= things.length) {
            things = Arrays.copyOf(things, 2 * number);
        }
        things[number] = thing;
    }

    /// What has this number; null for 0, and for one that is free.
    @SuppressWarnings("unchecked") // put() takes nothing else
    @Nullable
    T get(int number) {
        return (T) things[number];
    }

    /// Forgets all.
    void clear() {
        Arrays.fill(things, null);
        searchFrom = 1;
    }

    void remove(int number) {
        things[number] = null;
        searchFrom = Math.min(searchFrom, number);
    }
}
