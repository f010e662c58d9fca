package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;
import org.jspecify.annotations.Nullable;

/// `<sys/socket.h>` for many datagrams in one call, on non-blocking sockets: a number of datagrams or `-errno`.
///
/// One call at a time, under the caller's lock; what was received lasts until the next call.
public final class DatagramSockets {
    /// How many datagrams one [#receive] takes.
    public static final int MOST_RECEIVED = 32;

    /// How many datagrams one [#send] takes.
    public static final int MOST_SENT = 64;

    private static final long MSG_NOSIGNAL = 0x4000;

    /// No datagram of the Internet protocols is larger.
    private static final int LARGEST_INET = 64 * 1024;

    /// A Unix datagram may be; asyncio cuts it here.
    private static final int LARGEST_UNIX = 256 * 1024;

    /// Keeps the beginnings of the buffers apart in the processor's caches, which a power of two would not.
    private static final int SKEW = 448;

    private static final CStruct MSGHDR = CStruct.of("struct msghdr { void *msg_name; uint32_t msg_namelen;"
            + " struct iovec *msg_iov; size_t msg_iovlen; void *msg_control; size_t msg_controllen; int msg_flags; }");
    private static final long NAME = MSGHDR.offset("msg_name");
    private static final long NAME_LENGTH = MSGHDR.offset("msg_namelen");
    private static final long IOV = MSGHDR.offset("msg_iov");
    private static final long IOV_LENGTH = MSGHDR.offset("msg_iovlen");
    // struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; }
    private static final long LENGTH = MSGHDR.size();
    private static final long STRIDE = LENGTH + Long.BYTES;

    private static final ErrnoFunction RECVMMSG =
            ErrnoFunction.of("int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags,"
                    + " struct timespec *timeout)");
    private static final ErrnoFunction SENDMMSG =
            ErrnoFunction.of("int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags)");

    // Made when they are used first: few programs exchange datagrams.
    private static @Nullable Vector out;
    private static @Nullable ReceiveBuffers inet;
    private static @Nullable ReceiveBuffers unix;
    private static @Nullable ReceiveBuffers last;

    private DatagramSockets() {}

    /// Receives what is there, up to [#MOST_RECEIVED] datagrams; fewer are all there were.
    public static int receive(int fd, boolean fromUnix) {
        last = fromUnix ? unixBuffers() : inetBuffers();
        return last.receive(fd);
    }

    /// The content of a datagram received.
    public static long data(int index) {
        return received().data(index);
    }

    public static int size(int index) {
        return received().vector.size(index);
    }

    /// The address a datagram came from.
    public static long name(int index) {
        return received().vector.name(index);
    }

    /// The size of that address, 0 if the sender has none.
    public static int nameSize(int index) {
        return Math.min(received().vector.nameSize(index), SocketAddress.ROOM);
    }

    /// Sets a datagram of the next [#send].
    ///
    /// @param index below [#MOST_SENT]
    public static void put(int index, long data, long size, long name, int nameSize) {
        Vector vector = outgoing();
        vector.putName(index, name, nameSize);
        vector.pieces.put(index, data, size);
    }

    /// Sends the first `count` datagrams, up to one that fails; its error shows when it is the first.
    public static int send(int fd, int count) {
        return SENDMMSG.call(fd, outgoing().address, count, MSG_NOSIGNAL);
    }

    private static ReceiveBuffers inetBuffers() {
        ReceiveBuffers buffers = inet;
        if (buffers == null) {
            buffers = new ReceiveBuffers(LARGEST_INET);
            inet = buffers;
        }
        return buffers;
    }

    private static ReceiveBuffers unixBuffers() {
        ReceiveBuffers buffers = unix;
        if (buffers == null) {
            buffers = new ReceiveBuffers(LARGEST_UNIX);
            unix = buffers;
        }
        return buffers;
    }

    private static ReceiveBuffers received() {
        ReceiveBuffers buffers = last;
        if (buffers == null) {
            throw new IllegalStateException("nothing was received");
        }
        return buffers;
    }

    private static Vector outgoing() {
        Vector vector = out;
        if (vector == null) {
            vector = new Vector(MOST_SENT);
            out = vector;
        }
        return vector;
    }

    /// `struct mmsghdr[]`: messages of one piece each.
    private static final class Vector {
        final IoVector pieces;
        final long address;

        Vector(int count) {
            pieces = IoVector.allocated(count);
            address = Memory.allocate(count * STRIDE);
            for (int i = 0; i < count; i++) {
                Memory.putLong(message(i) + IOV, pieces.address(i));
                Memory.putLong(message(i) + IOV_LENGTH, 1);
            }
        }

        void putName(int index, long name, int size) {
            Memory.putLong(message(index) + NAME, name);
            Memory.putInt(message(index) + NAME_LENGTH, size);
        }

        long name(int index) {
            return Memory.getLong(message(index) + NAME);
        }

        int nameSize(int index) {
            return Memory.getInt(message(index) + NAME_LENGTH);
        }

        int size(int index) {
            return Memory.getInt(message(index) + LENGTH);
        }

        private long message(int index) {
            return address + index * STRIDE;
        }
    }

    /// Where datagrams of up to one size are received. The kernel gives memory to what is touched, no more.
    private static final class ReceiveBuffers {
        final Vector vector = new Vector(MOST_RECEIVED);
        private final long names = Memory.allocate((long) MOST_RECEIVED * SocketAddress.ROOM);
        private final long content;
        private final long distance;
        private int used = MOST_RECEIVED;

        ReceiveBuffers(int largest) {
            distance = (long) largest + SKEW;
            content = Memory.allocate(MOST_RECEIVED * distance);
            for (int i = 0; i < MOST_RECEIVED; i++) {
                vector.pieces.put(i, data(i), largest);
            }
        }

        long data(int index) {
            return content + index * distance;
        }

        int receive(int fd) {
            for (int i = 0; i < used; i++) {
                vector.putName(i, names + (long) i * SocketAddress.ROOM, SocketAddress.ROOM);
            }
            int count = RECVMMSG.call(fd, vector.address, MOST_RECEIVED, 0, 0);
            used = Math.max(count, 0);
            return count;
        }
    }
}
