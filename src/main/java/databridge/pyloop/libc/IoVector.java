package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `struct iovec[]` of `<sys/uio.h>`: pieces of memory that one call reads or writes. Under the caller's lock.
public final class IoVector {
    private static final CStruct IOVEC = CStruct.of("struct iovec { void *iov_base; size_t iov_len; }");
    private static final long IOV_BASE = IOVEC.offset("iov_base");
    private static final long IOV_LEN = IOVEC.offset("iov_len");
    private static final long SIZE = IOVEC.size();

    private final long first;

    /// @param capacity the most pieces that it can hold
    /// @throws OutOfMemoryError if there is no memory
    IoVector(int capacity) {
        first = Memory.allocate(capacity * SIZE);
    }

    /// Sets a piece: `size` bytes at `data`.
    ///
    /// @param index below the capacity
    public void put(int index, long data, long size) {
        Memory.putLong(first + index * SIZE + IOV_BASE, data);
        Memory.putLong(first + index * SIZE + IOV_LEN, size);
    }

    long data(int index) {
        return Memory.getLong(first + index * SIZE + IOV_BASE);
    }

    long size(int index) {
        return Memory.getLong(first + index * SIZE + IOV_LEN);
    }

    /// The address of the description of a piece; those of the following pieces are behind it.
    long address(int index) {
        return first + index * SIZE;
    }

    void free() {
        Memory.free(first);
    }
}
