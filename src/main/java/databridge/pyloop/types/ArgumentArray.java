package databridge.pyloop.types;

import databridge.pyloop.ffi.Memory;

/// A C array for the arguments of a call, reused unless it is still in use by a call further up.
///
/// Under the GIL; but a call may let another thread run, which then gets an array of its own.
public final class ArgumentArray {
    private static final int CAPACITY = 8;

    private final long own = Memory.allocate(CAPACITY * (long) Long.BYTES);
    private boolean inUse;

    /// The address of room for `count` pointers.
    public long take(long count) {
        if (inUse || count > CAPACITY) {
            return Memory.allocate(count * Long.BYTES);
        }
        inUse = true;
        return own;
    }

    public void giveBack(long array) {
        if (array == own) {
            inUse = false;
        } else {
            Memory.free(array);
        }
    }

    /// Frees the memory, unless a call is still using it; nothing may be taken afterwards.
    void free() {
        if (!inUse) {
            Memory.free(own);
        }
    }
}
