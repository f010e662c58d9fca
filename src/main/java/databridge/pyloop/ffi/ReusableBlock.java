package databridge.pyloop.ffi;

/// Memory for one user at a time that is used again and again; a user who comes while it is in use gets memory of its
/// own.
///
/// For what is in use during a call into Python: such a call may nest, and may let another thread go on. Under the
/// caller's lock.
public final class ReusableBlock {
    private final long size;
    private long address;
    private boolean inUse;

    /// @param size of the block in bytes
    /// @throws OutOfMemoryError if there is none
    public ReusableBlock(long size) {
        this.size = size;
        address = Memory.allocate(size);
    }

    /// The address of at least `needed` bytes, with any content; to be given to [#giveBack].
    ///
    /// @throws OutOfMemoryError if there is none
    public long take(long needed) {
        if (inUse || needed > size) {
            return Memory.allocate(needed);
        }
        inUse = true;
        return address;
    }

    /// Ends the use of what [#take] returned.
    public void giveBack(long block) {
        if (block == address) {
            inUse = false;
        } else {
            Memory.free(block);
        }
    }

    /// Frees the memory; if it is in use, [#giveBack] does. Nothing may be taken afterwards.
    public void free() {
        if (!inUse) {
            Memory.free(address);
        }
        address = 0;
        inUse = true;
    }
}
