package databridge.pyloop.ffi;

/// A block of memory that is allocated once and has one user at a time. A nested user gets memory of its own.
///
/// It is for memory that is in use during a call into Python: such a call may nest, or let another thread
/// run. Under the caller's lock.
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

    /// Begins a use of the block. The caller passes the address to [#giveBack].
    ///
    /// @param needed how many bytes
    /// @return the address of at least so many bytes, with any content
    /// @throws OutOfMemoryError if there is no memory
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

    /// Frees the block; if it is in use, [#giveBack] frees it. [#take] must not be called afterwards.
    public void free() {
        if (!inUse) {
            Memory.free(address);
        }
        address = 0;
        inUse = true;
    }
}
