package databridge.pyloop.libc;

import org.jspecify.annotations.Nullable;

/// Many datagrams in one call, on non-blocking sockets. One call at a time, under the caller's lock.
///
/// The memory is allocated when it is used first: few programs exchange datagrams.
public final class DatagramSockets {
    /// How many datagrams one [DatagramBuffers#receive] takes.
    public static final int MOST_RECEIVED = 32;

    /// How many datagrams one [#send] takes.
    public static final int MOST_SENT = 64;

    /// In bytes. No datagram of the Internet protocols is larger.
    private static final int LARGEST_INET = 64 * 1024;

    /// In bytes. A Unix datagram may be larger; asyncio cuts it here.
    private static final int LARGEST_UNIX = 256 * 1024;

    private @Nullable MessageVector outgoing;
    private @Nullable DatagramBuffers inet;
    private @Nullable DatagramBuffers unix;

    /// The buffers for sockets of the Internet families: [#MOST_RECEIVED] datagrams.
    ///
    /// @throws OutOfMemoryError if there is no memory for them
    public DatagramBuffers inetBuffers() {
        DatagramBuffers buffers = inet;
        if (buffers == null) {
            buffers = new DatagramBuffers(MOST_RECEIVED, LARGEST_INET);
            inet = buffers;
        }
        return buffers;
    }

    /// The buffers for Unix sockets: [#MOST_RECEIVED] datagrams.
    ///
    /// @throws OutOfMemoryError if there is no memory for them
    public DatagramBuffers unixBuffers() {
        DatagramBuffers buffers = unix;
        if (buffers == null) {
            buffers = new DatagramBuffers(MOST_RECEIVED, LARGEST_UNIX);
            unix = buffers;
        }
        return buffers;
    }

    /// Sets a datagram of the next [#send]: `size` bytes at `data`, for the address at `name`.
    ///
    /// @param index below [#MOST_SENT]
    /// @throws OutOfMemoryError if there is no memory to describe datagrams
    public void put(int index, long data, long size, long name, int nameSize) {
        MessageVector vector = outgoing;
        if (vector == null) {
            vector = new MessageVector(MOST_SENT);
            outgoing = vector;
        }
        vector.putName(index, name, nameSize);
        vector.pieces().put(index, data, size);
    }

    /// Sends the first `count` datagrams that were [#put], up to the first that fails. The kernel returns an
    /// error only if the first datagram of a call fails (sendmmsg(2)).
    ///
    /// @return how many were sent, or `-errno`
    public int send(int fd, int count) {
        MessageVector vector = outgoing;
        if (vector == null) {
            throw new IllegalStateException("no datagram was set");
        }
        return vector.send(fd, count);
    }

    /// Frees the memory. Nothing may be called afterwards.
    public void free() {
        if (outgoing != null) {
            outgoing.free();
        }
        if (inet != null) {
            inet.free();
        }
        if (unix != null) {
            unix.free();
        }
    }
}
