package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Errno;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

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

    private static final Errno ERRNO = new Errno();
    private static final IoVector OUT_PIECES = new IoVector(MOST_SENT);
    private static final long OUT = vector(OUT_PIECES, MOST_SENT);
    private static final Buffers INET = new Buffers(LARGEST_INET);
    private static final Buffers UNIX = new Buffers(LARGEST_UNIX);
    private static Buffers last = INET;

    private DatagramSockets() {}

    /// Receives what is there, up to [#MOST_RECEIVED] datagrams; fewer are all there were.
    public static int receive(int fd, boolean unix) {
        last = unix ? UNIX : INET;
        return last.receive(fd);
    }

    /// The content of a datagram received.
    public static long data(int index) {
        return last.data(index);
    }

    public static int size(int index) {
        return Memory.getInt(last.vector + index * STRIDE + LENGTH);
    }

    /// The address a datagram came from.
    public static long name(int index) {
        return Memory.getLong(last.vector + index * STRIDE + NAME);
    }

    /// The size of that address, 0 if the sender has none.
    public static int nameSize(int index) {
        return Math.min(Memory.getInt(last.vector + index * STRIDE + NAME_LENGTH), SocketAddress.ROOM);
    }

    /// Sets a datagram of the next [#send].
    ///
    /// @param index below [#MOST_SENT]
    public static void put(int index, long data, long size, long name, int nameSize) {
        long message = OUT + index * STRIDE;
        Memory.putLong(message + NAME, name);
        Memory.putInt(message + NAME_LENGTH, nameSize);
        OUT_PIECES.put(index, data, size);
    }

    /// Sends the first `count` datagrams, up to one that fails; its error shows when it is the first.
    public static int send(int fd, int count) {
        return SENDMMSG.call(ERRNO, fd, OUT, count, MSG_NOSIGNAL);
    }

    /// Messages of one piece each.
    private static long vector(IoVector pieces, int count) {
        long vector = Memory.allocateForever(count * STRIDE);
        for (int i = 0; i < count; i++) {
            Memory.putLong(vector + i * STRIDE + IOV, pieces.address(i));
            Memory.putLong(vector + i * STRIDE + IOV_LENGTH, 1);
        }
        return vector;
    }

    /// Where datagrams of up to one size are received. The kernel gives memory to what is touched, no more.
    private static final class Buffers {
        private final IoVector pieces = new IoVector(MOST_RECEIVED);
        final long vector = vector(pieces, MOST_RECEIVED);
        private final long names = Memory.allocateForever((long) MOST_RECEIVED * SocketAddress.ROOM);
        private final long content;
        private final long distance;
        private int used;

        Buffers(int largest) {
            distance = (long) largest + SKEW;
            content = Memory.allocate((long) MOST_RECEIVED * distance);
            for (int i = 0; i < MOST_RECEIVED; i++) {
                long message = vector + i * STRIDE;
                pieces.put(i, data(i), largest);
                Memory.putLong(message + NAME, names + (long) i * SocketAddress.ROOM);
            }
            used = MOST_RECEIVED;
        }

        long data(int index) {
            return content + index * distance;
        }

        int receive(int fd) {
            for (int i = 0; i < used; i++) {
                Memory.putInt(vector + i * STRIDE + NAME_LENGTH, SocketAddress.ROOM);
            }
            int count = RECVMMSG.call(ERRNO, fd, vector, MOST_RECEIVED, 0, 0);
            used = Math.max(count, 0);
            return count;
        }
    }
}
