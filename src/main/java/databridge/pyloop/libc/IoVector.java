package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `struct iovec[]` of `<sys/uio.h>`: pieces of memory that one call reads or writes. Lives as long as the process;
/// under the caller's lock.
public final class IoVector {
    private static final CStruct IOVEC = CStruct.of("struct iovec { void *iov_base; size_t iov_len; }");
    private static final long IOV_BASE = IOVEC.offset("iov_base");
    private static final long IOV_LEN = IOVEC.offset("iov_len");
    private static final long SIZE = IOVEC.size();

    private final long first;

    /// @param capacity how many pieces there is room for
    public IoVector(int capacity) {
        first = Memory.allocateForever(capacity * SIZE);
    }

    /// Sets a piece.
    public void put(int index, long data, long size) {
        Memory.putLong(first + index * SIZE + IOV_BASE, data);
        Memory.putLong(first + index * SIZE + IOV_LEN, size);
    }

    /// Where a piece is described, with those behind it.
    long address(int index) {
        return first + index * SIZE;
    }
}
