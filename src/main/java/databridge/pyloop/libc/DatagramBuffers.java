package databridge.pyloop.libc;

import databridge.pyloop.ffi.Memory;

/// Memory in which datagrams are received, each with its sender's address. Under the caller's lock.
///
/// The memory is allocated at once, but only those of its pages are in memory that datagrams have reached.
public final class DatagramBuffers {
    /// In bytes, behind each buffer. Buffers at distances of a power of two would compete for the same places
    /// of the processor's caches.
    private static final int SKEW = 448;

    private final int count;
    private final MessageVector vector;
    private final long names;
    private final long content;
    private final long distance;
    private int used;

    /// @param count how many datagrams
    /// @param largest in bytes; the rest of a larger datagram is lost
    /// @throws OutOfMemoryError if there is no memory
    DatagramBuffers(int count, int largest) {
        this.count = count;
        vector = new MessageVector(count);
        names = Memory.allocate((long) count * SocketAddress.CAPACITY);
        distance = (long) largest + SKEW;
        content = Memory.allocateUninitialised(count * distance);
        for (int i = 0; i < count; i++) {
            vector.pieces().put(i, data(i), largest);
        }
        used = count;
    }

    /// The address of the content of a datagram.
    public long data(int index) {
        return content + index * distance;
    }

    /// The size in bytes of that content.
    public int size(int index) {
        return vector.size(index);
    }

    /// The address in memory of the socket address that a datagram came from.
    public long name(int index) {
        return vector.name(index);
    }

    /// The size in bytes of that socket address, 0 if the sender has none.
    public int nameSize(int index) {
        return Math.min(vector.nameSize(index), SocketAddress.CAPACITY);
    }

    /// Receives as many datagrams as there are buffers, or all that the socket has. They are valid until the
    /// next call.
    ///
    /// @return how many, or `-errno`
    public int receive(int fd) {
        for (int i = 0; i < used; i++) {
            vector.putName(i, names + (long) i * SocketAddress.CAPACITY, SocketAddress.CAPACITY);
        }
        int received = vector.receive(fd, count);
        used = Math.max(received, 0);
        return received;
    }

    void free() {
        vector.free();
        Memory.free(names);
        Memory.free(content);
    }
}
