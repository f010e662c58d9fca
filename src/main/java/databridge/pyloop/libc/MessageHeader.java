package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// `struct msghdr` of `<sys/socket.h>` as memory, and the constants of the calls that take one. Under the
/// caller's lock.
final class MessageHeader {
    /// With this flag a call that sends on a lost connection returns EPIPE and raises no SIGPIPE.
    static final long MSG_NOSIGNAL = 0x4000;

    /// Set in [#flags] if control data, such as descriptors, was dropped.
    static final int MSG_CTRUNC = 0x08;

    private static final CStruct MSGHDR = CStruct.of("struct msghdr { void *msg_name; uint32_t msg_namelen;"
            + " struct iovec *msg_iov; size_t msg_iovlen; void *msg_control; size_t msg_controllen; int msg_flags; }");
    private static final long NAME = MSGHDR.offset("msg_name");
    private static final long NAME_SIZE = MSGHDR.offset("msg_namelen");
    private static final long PIECES = MSGHDR.offset("msg_iov");
    private static final long PIECE_COUNT = MSGHDR.offset("msg_iovlen");
    private static final long FLAGS = MSGHDR.offset("msg_flags");

    private static final ErrnoFunction SENDMSG =
            ErrnoFunction.of("ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags)");
    private static final ErrnoFunction RECVMSG =
            ErrnoFunction.of("ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags)");

    /// Size of a header in bytes.
    static final long SIZE = MSGHDR.size();

    private MessageHeader() {}

    /// Sets the pieces of memory that hold the content, or receive it.
    ///
    /// @param first the address of a piece in an [IoVector]
    static void setPieces(long header, long first, int count) {
        Memory.putLong(header + PIECES, first);
        Memory.putLong(header + PIECE_COUNT, count);
    }

    /// Sets the memory that holds the address of the other end, or receives it.
    ///
    /// @param size in bytes
    static void setName(long header, long name, int size) {
        Memory.putLong(header + NAME, name);
        Memory.putInt(header + NAME_SIZE, size);
    }

    /// Sends the message. Without SIGPIPE.
    ///
    /// @return how many bytes, or `-errno`
    static int send(int fd, long header) {
        return SENDMSG.call(fd, header, MSG_NOSIGNAL);
    }

    /// Receives a message.
    ///
    /// @return how many bytes, or `-errno`
    static int receive(int fd, long header) {
        return RECVMSG.call(fd, header, 0);
    }

    static long name(long header) {
        return Memory.getLong(header + NAME);
    }

    /// The size in bytes of the address as the kernel has it, which may be more than was received.
    static int nameSize(long header) {
        return Memory.getInt(header + NAME_SIZE);
    }

    /// The flags that `recvmsg` has set for the received message.
    static int flags(long header) {
        return Memory.getInt(header + FLAGS);
    }

    static void setFlags(long header, int flags) {
        Memory.putInt(header + FLAGS, flags);
    }
}
