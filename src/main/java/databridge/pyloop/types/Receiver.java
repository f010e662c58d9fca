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
    /// Asked for with a read, as asyncio does, unless messages have been smaller.
    private static final int MOST = 256 * 1024;

    /// Up to here a copy of what came is cheaper than an object that is shortened to it.
    private static final int WORTH_COPYING = 4 * 1024;

    /// Up to here an object of just this size is cheaper than one for the most.
    private static final int MEDIUM = 16 * 1024;

    private static final long SCRATCH = Memory.allocateForever(MOST);

    private Receiver() {}

    /// What is there to read, as an object.
    ///
    /// @param room what [#roomAfter] said the last time, at first 0
    /// @param unix see [Sockets#receiveMessage]
    /// @return the object, 0 at the end of the stream, or `-errno`
    @Owned
    public static long receive(int fd, int room, boolean unix) {
        if (room == 0) {
            return copied(receiveInto(fd, SCRATCH, MOST, unix));
        }
        long bytes = BytesApi.uninitialised(room);
        return filled(bytes, room, receiveInto(fd, BytesApi.data(bytes), room, unix));
    }

    /// How large an object to receive into, now that so many bytes have come: 0 for none, but a buffer that is copied.
    public static int roomAfter(int count) {
        if (count < WORTH_COPYING) {
            return 0;
        }
        return count < MEDIUM ? MEDIUM : MOST;
    }

    /// For how many bytes [#receive] asks the kernel.
    public static int asked(int room) {
        return room == 0 ? MOST : room;
    }

    /// As [#receive], by `read`, from any descriptor.
    ///
    /// @param before how much came the last time
    /// @param most asked for
    @Owned
    public static long read(int fd, int before, long most) {
        if (before < MEDIUM && most <= MOST) {
            return copied(Pipes.read(fd, SCRATCH, most));
        }
        long bytes = BytesApi.uninitialised(most);
        return filled(bytes, most, Pipes.read(fd, BytesApi.data(bytes), most));
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
