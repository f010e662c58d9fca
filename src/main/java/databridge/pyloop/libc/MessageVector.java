package databridge.pyloop.libc;

import databridge.pyloop.ffi.Memory;

/// `struct mmsghdr[]`: messages of one piece each. Under the caller's lock.
final class MessageVector {
    // struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; }
    private static final long SIZE = MessageHeader.SIZE;
    private static final long STRIDE = SIZE + Long.BYTES;

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

    long address() {
        return address;
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

    void free() {
        pieces.free();
        Memory.free(address);
    }

    private long message(int index) {
        return address + index * STRIDE;
    }
}
