package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.IoVector;
import java.util.Arrays;

/// What a transport has to send: `bytes` objects, the first perhaps sent in part. Nothing is copied. Under the GIL.
final class WriteQueue {
    private static final int INITIAL_CAPACITY = 8;
    private static final int MOST_PIECES = 256; // of one call; the kernel takes 1024
    private static final IoVector PIECES = IoVector.of(MOST_PIECES);
    private static final long[] NONE = {};

    private final WritePath sink;
    private long[] ring = NONE; // capacity is a power of two: indices are masked
    private int head;
    private int count;
    private long firstOffset;
    private long bytes;

    /// A queue for a socket.
    WriteQueue() {
        this(WritePath.SOCKET);
    }

    WriteQueue(WritePath sink) {
        this.sink = sink;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// How many bytes are to be sent.
    long bytes() {
        return bytes;
    }

    /// Appends an object.
    ///
    /// @param offset how much of it is sent already; 0 unless the queue is empty
    void add(@Stolen long object, long offset) {
        if (count == ring.length) {
            grow();
        }
        if (count == 0) {
            firstOffset = offset;
        }
        ring[(head + count) & (ring.length - 1)] = object;
        count++;
        bytes += BytesApi.size(object) - offset;
    }

    /// Sends as much as the kernel takes now.
    ///
    /// @return 0, or `-errno`: EAGAIN if something is left
    int sendTo(int fd) {
        while (count > 0) {
            int sent = count == 1 ? sendFirst(fd) : sendSeveral(fd);
            if (sent >= 0) {
                dropSent(sent);
            } else if (sent != -ErrnoCode.EINTR) {
                return sent;
            }
        }
        return 0;
    }

    void clear() {
        while (count > 0) {
            dropFirst();
        }
        bytes = 0;
        ring = NONE;
        head = 0;
    }

    private int sendFirst(int fd) {
        long object = ring[head];
        return sink.send(fd, BytesApi.data(object) + firstOffset, BytesApi.size(object) - firstOffset);
    }

    private int sendSeveral(int fd) {
        int pieces = Math.min(count, MOST_PIECES);
        for (int i = 0; i < pieces; i++) {
            long object = ring[(head + i) & (ring.length - 1)];
            long offset = i == 0 ? firstOffset : 0;
            PIECES.put(i, BytesApi.data(object) + offset, BytesApi.size(object) - offset);
        }
        return sink.sendPieces(fd, PIECES, pieces);
    }

    private void dropSent(long sent) {
        bytes -= sent;
        long left = sent;
        while (count > 0) {
            long rest = BytesApi.size(ring[head]) - firstOffset;
            if (left < rest) {
                firstOffset += left;
                return;
            }
            left -= rest;
            dropFirst();
        }
    }

    /// Freeing an exact `bytes` object runs no Python code.
    private void dropFirst() {
        long object = ring[head];
        head = (head + 1) & (ring.length - 1);
        count--;
        firstOffset = 0;
        Refs.release(object);
    }

    private void grow() {
        long[] larger = new long[Math.max(INITIAL_CAPACITY, 2 * ring.length)];
        int untilEnd = Math.min(count, ring.length - head);
        System.arraycopy(ring, head, larger, 0, untilEnd);
        System.arraycopy(ring, 0, larger, untilEnd, count - untilEnd);
        Arrays.fill(ring, 0);
        ring = larger;
        head = 0;
    }
}
