package databridge.pyloop.handles;

import databridge.pyloop.collections.NumberTable;
import databridge.pyloop.ffi.Memory;
import org.jspecify.annotations.Nullable;

/// Numbers of the open loops. A handle refers to its loop by number, so it does not keep the loop alive, and
/// the number is meaningless once the loop is closed. The table is static, because a number in a C field must
/// be unique in the process. With the GIL.
public final class LoopNumbers {
    /// The number that no loop has. In a loop object it means that the engine is not open.
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

    /// The loop that a handle is scheduled in, null if it is closed, or was freed without having been closed.
    static @Nullable HandleOwner ownerOf(long handle) {
        HandleOwner owner = get(Memory.getLong(handle + HandleLayout.LOOP_NUMBER));
        return owner == null || owner.isGone() ? null : owner;
    }

    /// A number for [#put].
    public static int reserve() {
        return OWNERS.reserve();
    }

    /// Sets the loop of a number.
    ///
    /// @param number from [#reserve]
    public static void put(int number, HandleOwner owner) {
        OWNERS.put(number, owner);
    }

    /// Makes the number of a loop free.
    public static void remove(int number) {
        OWNERS.remove(number);
    }
}
