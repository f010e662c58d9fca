package databridge.pyloop.types;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Pipes;
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
            return copied(receiveInto(fd, SCRATCH, MOST, unix));
        }
        long bytes = BytesApi.uninitialised(MOST);
        return filled(bytes, MOST, receiveInto(fd, BytesApi.data(bytes), MOST, unix));
    }

    /// As [#receive], by `read`, from any descriptor.
    ///
    /// @param most asked for
    @Owned
    public static long read(int fd, int before, long most) {
        if (before < WORTH_COPYING && most <= MOST) {
            return copied(Pipes.read(fd, SCRATCH, most));
        }
        long bytes = BytesApi.uninitialised(most);
        return filled(bytes, most, Pipes.read(fd, BytesApi.data(bytes), most));
    }

    @Owned
    private static long receiveGuessing(int fd, int guess) {
        long bytes = BytesApi.uninitialised(guess);
        int count = Sockets.receiveIntoTwo(fd, BytesApi.data(bytes), guess, SCRATCH, MOST - guess);
        if (count <= guess) {
            return filled(bytes, guess, count);
        }
        try {
            return joined(bytes, guess, count);
        } finally {
            Refs.release(bytes);
        }
    }

    @Owned
    private static long copied(int count) {
        return count <= 0 ? count : BytesApi.copy(SCRATCH, count);
    }

    /// @param size of the object
    /// @param count how much of it was received, or `-errno`
    @Owned
    private static long filled(@Stolen long bytes, long size, int count) {
        if (count <= 0) {
            Refs.release(bytes);
            return count;
        }
        return count == size ? bytes : BytesApi.shortened(bytes, count);
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
        return copied(Sockets.receive(fd, SCRATCH, size));
    }

    public static int receiveInto(int fd, long buffer, long size, boolean unix) {
        return unix ? Sockets.receiveMessage(fd, buffer, size) : Sockets.receive(fd, buffer, size);
    }
}
