package databridge.pyloop.receiving;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.StaticMemory;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.libc.Sockets;

/// Receives into `bytes` objects. Under the GIL; one for all connections, because nothing of it outlives a call.
public final class Receiver {
    /// Asked for with a read, as asyncio does; less where the last message shows that less will come.
    private static final int MOST = 256 * 1024;

    /// Up to here a copy costs no more than to find out whether it is needed.
    private static final int WORTH_LENDING = 4 * 1024;

    private static final StaticMemory SCRATCH = StaticMemory.of(MOST);

    private Receiver() {}

    /// What is there to read, as an object, to be [#giveBack].
    ///
    /// @param room how much is expected: what [#roomAfter] said the last time, at first 0
    /// @param unix see [Sockets#receiveMessage]
    /// @return the object, 0 at the end of the stream, or `-errno`
    @Owned
    public static long receive(int fd, int room, boolean unix) {
        if (room == 0) {
            return copied(receiveInto(fd, SCRATCH.address(), MOST, unix));
        }
        if (room == SpareBytes.ROOM) {
            return lent(fd, unix);
        }
        long bytes = BytesApi.uninitialised(MOST);
        return filled(bytes, MOST, receiveInto(fd, BytesApi.data(bytes), MOST, unix));
    }

    /// Gives up what [#receive] has returned.
    ///
    /// @return whether somebody else keeps it
    public static boolean giveBack(@Stolen long data, int room) {
        boolean kept = !Refs.unshared(data);
        if (room == SpareBytes.ROOM && BytesApi.size(data) >= WORTH_LENDING) {
            SpareBytes.giveBack(data);
        } else {
            Refs.release(data);
        }
        return kept;
    }

    /// How to receive the next message, now that one of `count` bytes was kept or not.
    public static int roomAfter(int count, boolean kept) {
        if (count >= SpareBytes.ROOM) {
            return MOST;
        }
        return count < WORTH_LENDING || kept ? 0 : SpareBytes.ROOM;
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
        if (before < SpareBytes.ROOM && most <= MOST) {
            return copied(Pipes.read(fd, SCRATCH.address(), most));
        }
        long bytes = BytesApi.uninitialised(most);
        return filled(bytes, most, Pipes.read(fd, BytesApi.data(bytes), most));
    }

    /// A small message is copied after all, so that it takes no more memory than it needs if it is kept.
    @Owned
    private static long lent(int fd, boolean unix) {
        long bytes = SpareBytes.take();
        int count = receiveInto(fd, BytesApi.data(bytes), SpareBytes.ROOM, unix);
        if (count >= WORTH_LENDING) {
            BytesApi.cut(bytes, count);
            return bytes;
        }
        try {
            return count <= 0 ? count : BytesApi.copy(BytesApi.data(bytes), count);
        } finally {
            SpareBytes.giveBack(bytes);
        }
    }

    @Owned
    private static long copied(int count) {
        return count <= 0 ? count : BytesApi.copy(SCRATCH.address(), count);
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
    public static long receiveUpTo(int fd, long size) {
        return copied(Sockets.receive(fd, SCRATCH.address(), size));
    }

    public static int receiveInto(int fd, long buffer, long size, boolean unix) {
        return unix ? Sockets.receiveMessage(fd, buffer, size) : Sockets.receive(fd, buffer, size);
    }
}
