package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// `struct mmsghdr[]`: messages of one piece each. Under the caller's lock.
final class MessageVector {
    // struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; }
    private static final long SIZE = MessageHeader.SIZE;
    private static final long STRIDE = SIZE + Long.BYTES;

    private static final ErrnoFunction RECVMMSG =
            ErrnoFunction.of("int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags,"
                    + " struct timespec *timeout)");
    private static final ErrnoFunction SENDMMSG =
            ErrnoFunction.of("int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags)");

    private final IoVector pieces;
    private final long address;

    /// @param count how many messages
    /// @throws OutOfMemoryError if there is no memory
    MessageVector(int count) {
        pieces = new IoVector(count);
        address = Memory.allocate(count * STRIDE);
        for (int i = 0; i < count; i++) {
            MessageHeader.setPieces(message(i), pieces.address(i), 1);
        }
    }

    /// The content of each message.
    IoVector pieces() {
        return pieces;
    }

    /// As [MessageHeader#setName].
    void putName(int index, long name, int size) {
        MessageHeader.setName(message(index), name, size);
    }

    long name(int index) {
        return MessageHeader.name(message(index));
    }

    /// As [MessageHeader#nameSize].
    int nameSize(int index) {
        return MessageHeader.nameSize(message(index));
    }

    /// How many bytes of the message were received.
    int size(int index) {
        return Memory.getInt(message(index) + SIZE);
    }

    /// Receives up to `count` messages, or all that the socket has.
    ///
    /// @return how many, or `-errno`
    int receive(int fd, int count) {
        int result = RECVMMSG.call(fd, address, count, 0, 0);
        return Errno.isRefusal(result) ? receiveOneByOne(fd, count) : result;
    }

    private int receiveOneByOne(int fd, int count) {
        for (int i = 0; i < count; i++) {
            int size = MessageHeader.receive(fd, message(i));
            if (size < 0) {
                return i == 0 ? size : i;
            }
            Memory.putInt(message(i) + SIZE, size);
        }
        return count;
    }

    /// Sends the first `count` messages, up to the first that fails; one, where a sandbox refuses to send several.
    ///
    /// @return how many, or `-errno`
    int send(int fd, int count) {
        int result = SENDMMSG.call(fd, address, count, MessageHeader.MSG_NOSIGNAL);
        if (!Errno.isRefusal(result)) {
            return result;
        }
        int size = MessageHeader.send(fd, message(0));
        return size < 0 ? size : 1;
    }

    void free() {
        pieces.free();
        Memory.free(address);
    }

    private long message(int index) {
        return address + index * STRIDE;
    }
}
