package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// Where datagrams of up to one size are received, each with its sender's address. Under the caller's lock.
///
/// The memory is reserved at once, but the kernel gives to the process only the pages that are touched.
public final class DatagramBuffers {
    /// In bytes. Keeps the beginnings of the buffers apart in the processor's caches, which a power of two would not.
    private static final int SKEW = 448;

    private static final ErrnoFunction RECVMMSG =
            ErrnoFunction.of("int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags,"
                    + " struct timespec *timeout)");

    private final int count;
    private final MessageVector vector;
    private final long names;
    private final long content;
    private final long distance;
    private int used;

    /// @param count how many datagrams
    /// @param largest in bytes; what a datagram has beyond that is lost
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

    /// Receives what is there, as far as there are buffers: fewer datagrams than that are all there were. They last
    /// until the next call.
    ///
    /// @return how many, or `-errno`
    public int receive(int fd) {
        for (int i = 0; i < used; i++) {
            vector.putName(i, names + (long) i * SocketAddress.CAPACITY, SocketAddress.CAPACITY);
        }
        int received = RECVMMSG.call(fd, vector.address(), count, 0, 0);
        used = Math.max(received, 0);
        return received;
    }

    void free() {
        vector.free();
        Memory.free(names);
        Memory.free(content);
    }
}
