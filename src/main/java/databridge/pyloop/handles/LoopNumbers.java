package databridge.pyloop.handles;

import databridge.pyloop.collections.NumberTable;
import org.jspecify.annotations.Nullable;

/// Numbers of the open loops. A handle refers to its loop by number, so it does not keep the loop alive, and the number
/// is meaningless once the loop is closed. With the GIL.
public final class LoopNumbers {
    /// The number that no loop has: in a loop object, its owner is not open.
    public static final int NONE = 0;

    private static final NumberTable<HandleOwner> OWNERS = new NumberTable<>();

    private LoopNumbers() {}

    static void bind() {
        OWNERS.clear();
    }

    /// The loop of that number, null if it is closed.
    public static @Nullable HandleOwner get(long number) {
        return OWNERS.get((int) number);
    }

    /// A number for [#put].
    public static int reserve() {
        return OWNERS.reserve();
    }

    /// @param number from [#reserve]
    public static void put(int number, HandleOwner owner) {
        OWNERS.put(number, owner);
    }

    /// Makes the number of a loop free.
    public static void remove(int number) {
        OWNERS.remove(number);
    }
}
