package databridge.pyloop.transports;

import databridge.pyloop.collections.LongRing;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.StreamMessages;

/// What a transport has to write: pieces of memory, each kept in place by a Python object that owns it, most often the
/// `bytes` object whose content it is. Nothing is copied. Under the GIL.
final class WriteQueue {
    private static final int INITIAL_CAPACITY = 32; // numbers, so ten pieces

    private static final int OWNER = 0;
    private static final int ADDRESS = 1;
    private static final int SIZE = 2;
    private static final int STRIDE = 3;

    private final WritePath path;
    private final LongRing pieces = new LongRing(INITIAL_CAPACITY);
    private long bytes;

    WriteQueue(WritePath path) {
        this.path = path;
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /// How many bytes are to be written.
    long bytes() {
        return bytes;
    }

    /// Appends a piece of memory.
    ///
    /// @param owner keeps the memory in place and unchanged as long as it lives; freeing it must run no Python code
    /// @param address of the first byte
    /// @param size in bytes, more than 0
    void add(@Stolen long owner, long address, long size) {
        pieces.add(owner);
        pieces.add(address);
        pieces.add(size);
        bytes += size;
    }

    /// Appends what is left of a `bytes` object.
    ///
    /// @param offset how many bytes of it are written already, fewer than it has
    void addBytes(@Stolen long object, long offset) {
        add(object, BytesApi.data(object) + offset, BytesApi.size(object) - offset);
    }

    /// Writes as much as the kernel takes now.
    ///
    /// @param messages the loop's memory for the system call
    /// @return 0, or `-errno`: EAGAIN if something is left
    int sendTo(int fd, StreamMessages messages) {
        while (!pieces.isEmpty()) {
            int sent = pieces.size() == STRIDE
                    ? path.send(fd, pieces.get(ADDRESS), pieces.get(SIZE))
                    : sendSeveral(fd, messages);
            if (sent >= 0) {
                dropSent(sent);
            } else if (sent != -Errno.EINTR) {
                return sent;
            }
        }
        return 0;
    }

    /// Drops everything and frees the memory of the queue.
    void clear() {
        while (!pieces.isEmpty()) {
            dropFirst();
        }
        bytes = 0;
        pieces.clear();
    }

    private int sendSeveral(int fd, StreamMessages messages) {
        int count = Math.min(pieces.size() / STRIDE, StreamMessages.PIECES);
        for (int i = 0, field = 0; i < count; i++, field += STRIDE) {
            messages.pieces().put(i, pieces.get(field + ADDRESS), pieces.get(field + SIZE));
        }
        return path.sendPieces(fd, messages, count);
    }

    private void dropSent(long sent) {
        bytes -= sent;
        long left = sent;
        while (!pieces.isEmpty()) {
            long size = pieces.get(SIZE);
            if (left < size) {
                pieces.set(ADDRESS, pieces.get(ADDRESS) + left);
                pieces.set(SIZE, size - left);
                return;
            }
            left -= size;
            dropFirst();
        }
    }

    private void dropFirst() {
        long owner = pieces.get(OWNER);
        for (int i = 0; i < STRIDE; i++) {
            pieces.take();
        }
        Refs.release(owner);
    }
}
