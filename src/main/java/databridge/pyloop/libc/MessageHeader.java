package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Memory;

/// `struct msghdr` of `<sys/socket.h>` as memory, and the constants of the calls that take one. Under the caller's
/// lock.
final class MessageHeader {
    /// Has a call that sends on a lost connection return EPIPE without raising SIGPIPE.
    static final long MSG_NOSIGNAL = 0x4000;

    /// Set in [#flags] where control data, such as descriptors, was there and was not received.
    static final int MSG_CTRUNC = 0x08;

    private static final CStruct MSGHDR = CStruct.of("struct msghdr { void *msg_name; uint32_t msg_namelen;"
            + " struct iovec *msg_iov; size_t msg_iovlen; void *msg_control; size_t msg_controllen; int msg_flags; }");
    private static final long NAME = MSGHDR.offset("msg_name");
    private static final long NAME_SIZE = MSGHDR.offset("msg_namelen");
    private static final long PIECES = MSGHDR.offset("msg_iov");
    private static final long PIECE_COUNT = MSGHDR.offset("msg_iovlen");
    private static final long FLAGS = MSGHDR.offset("msg_flags");

    /// In bytes.
    static final long SIZE = MSGHDR.size();

    private MessageHeader() {}

    /// Sets the pieces of memory that the content is in or goes to.
    ///
    /// @param first the address of a piece in an [IoVector]
    static void setPieces(long header, long first, int count) {
        Memory.putLong(header + PIECES, first);
        Memory.putLong(header + PIECE_COUNT, count);
    }

    /// Sets the memory that the address of the other end is in or goes to.
    ///
    /// @param size in bytes
    static void setName(long header, long name, int size) {
        Memory.putLong(header + NAME, name);
        Memory.putInt(header + NAME_SIZE, size);
    }

    static long name(long header) {
        return Memory.getLong(header + NAME);
    }

    /// The size in bytes of the address as the kernel has it, which may be more than was received.
    static int nameSize(long header) {
        return Memory.getInt(header + NAME_SIZE);
    }

    /// What `recvmsg` has to say about the message received.
    static int flags(long header) {
        return Memory.getInt(header + FLAGS);
    }

    static void clearFlags(long header) {
        Memory.putInt(header + FLAGS, 0);
    }
}
