package databridge.pyloop.types;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Sockets;

/// Receives into new `bytes` objects. Under the GIL; one for all connections, because nothing of it outlives a call.
public final class Receiver {
    /// Asked for with every read, as asyncio does. A smaller guess would split messages.
    public static final int MOST = 256 * 1024;

    /// Up to here a copy of what came is cheaper than an object of full size that is shortened.
    private static final int WORTH_COPYING = 16 * 1024;

    /// From here on a copy costs more than receiving into two buffers, the first as large as the last message:
    /// messages of one size are then not copied at all.
    private static final int WORTH_GUESSING = 4 * 1024;

    private static final long SCRATCH = Memory.allocateForever(MOST);
    private static final long FIELD = Memory.allocateForever(Long.BYTES);

    private Receiver() {}

    /// What is there to read, as an object.
    ///
    /// @param before how much came the last time: what this time depends on
    /// @param unix see [Sockets#receiveMessage]
    /// @return the object, 0 at the end of the stream, or `-errno`
    @Owned
    public static long receive(int fd, int before, boolean unix) {
        if (before >= WORTH_GUESSING && before < WORTH_COPYING && !unix) {
            return receiveGuessing(fd, before);
        }
        if (before < WORTH_COPYING) {
            int count = receiveInto(fd, SCRATCH, MOST, unix);
            return count <= 0 ? count : BytesApi.copy(SCRATCH, count);
        }
        long bytes = BytesApi.uninitialised(MOST);
        int count = receiveInto(fd, BytesApi.data(bytes), MOST, unix);
        if (count <= 0) {
            Refs.release(bytes);
            return count;
        }
        if (count == MOST) {
            return bytes;
        }
        Memory.putLong(FIELD, bytes);
        BytesApi.shorten(FIELD, count);
        return Memory.getLong(FIELD);
    }

    @Owned
    private static long receiveGuessing(int fd, int guess) {
        long bytes = BytesApi.uninitialised(guess);
        int count = Sockets.receiveIntoTwo(fd, BytesApi.data(bytes), guess, SCRATCH, MOST - guess);
        if (count == guess) {
            return bytes;
        }
        if (count > 0 && count < guess) {
            Memory.putLong(FIELD, bytes);
            BytesApi.shorten(FIELD, count);
            return Memory.getLong(FIELD);
        }
        try {
            return count <= 0 ? count : joined(bytes, guess, count);
        } finally {
            Refs.release(bytes);
        }
    }

    /// An object of `size` bytes and what the scratch buffer holds of the rest, `count` bytes in all.
    @Owned
    private static long joined(long bytes, int size, int count) {
        long whole = BytesApi.uninitialised(count);
        Memory.copy(BytesApi.data(bytes), BytesApi.data(whole), size);
        Memory.copy(SCRATCH, BytesApi.data(whole) + size, count - size);
        return whole;
    }

    /// As [#receive], but no more than `size` bytes.
    ///
    /// @param size at most [#MOST]
    @Owned
    static long receiveUpTo(int fd, long size) {
        int count = Sockets.receive(fd, SCRATCH, size);
        return count <= 0 ? count : BytesApi.copy(SCRATCH, count);
    }

    public static int receiveInto(int fd, long buffer, long size, boolean unix) {
        return unix ? Sockets.receiveMessage(fd, buffer, size) : Sockets.receive(fd, buffer, size);
    }
}
