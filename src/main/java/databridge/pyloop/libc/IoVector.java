package databridge.pyloop.libc;

import databridge.pyloop.ffi.Bindings;
import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.LateBound;
import databridge.pyloop.ffi.Memory;

/// `struct iovec[]` of `<sys/uio.h>`: pieces of memory that one call reads or writes. Lives as long as the process;
/// under the caller's lock.
public final class IoVector implements LateBound {
    private static final CStruct IOVEC = CStruct.of("struct iovec { void *iov_base; size_t iov_len; }");
    private static final long IOV_BASE = IOVEC.offset("iov_base");
    private static final long IOV_LEN = IOVEC.offset("iov_len");
    private static final long SIZE = IOVEC.size();

    private final int capacity;
    private long first;

    private IoVector(int capacity) {
        this.capacity = capacity;
    }

    /// A constant of the library.
    ///
    /// @param capacity how many pieces there is room for
    public static IoVector of(int capacity) {
        return Bindings.addMemory(new IoVector(capacity));
    }

    /// One that is made while the engine runs.
    ///
    /// @param capacity how many pieces there is room for
    static IoVector allocated(int capacity) {
        IoVector vector = new IoVector(capacity);
        vector.bind();
        return vector;
    }

    @Override
    public void bind() {
        first = Memory.allocate(capacity * SIZE);
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
