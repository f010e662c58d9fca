package databridge.pyloop.receiving;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.libc.StreamMessages;

/// Receives into `bytes` objects, through one buffer for all connections of a loop. Under the GIL.
///
/// The buffer is allocated when it is used first, and only those of its pages are in memory that messages
/// have reached.
public final class Receiver {
    /// Size of the buffer in bytes. No call receives more into it.
    private static final int CAPACITY = ReadSize.MOST;

    private final StreamMessages messages;
    private final SpareBytes spare = new SpareBytes();
    private long buffer;

    /// @param messages for Unix sockets; the caller frees it
    public Receiver(StreamMessages messages) {
        this.messages = messages;
    }

    /// Receives a message of a stream. The caller passes the object to [#giveBack].
    ///
    /// @param unix see [StreamMessages#receive]
    /// @return a `bytes` object, 0 at the end of the stream, or `-errno`
    /// @throws PyError MemoryError
    @Owned
    public long receive(int fd, Reception reception, boolean unix) {
        if (reception == Reception.COPIED) {
            return copied(receiveInto(fd, buffer(), CAPACITY, unix));
        }
        if (reception == Reception.LENT) {
            return lent(fd, unix);
        }
        long bytes = BytesApi.uninitialised(CAPACITY);
        return filled(bytes, CAPACITY, receiveInto(fd, BytesApi.data(bytes), CAPACITY, unix));
    }

    /// Releases an object that [#receive] has returned.
    ///
    /// @param reception how it was received
    /// @return whether the program keeps the object
    public boolean giveBack(@Stolen long data, Reception reception) {
        boolean kept = !Refs.unshared(data);
        if (reception == Reception.LENT && BytesApi.size(data) >= ReadSize.SMALL) {
            spare.giveBack(data);
        } else {
            Refs.release(data);
        }
        return kept;
    }

    /// Reads from any descriptor.
    ///
    /// @param before how many bytes came the last time
    /// @param most how many bytes are asked for
    /// @return a `bytes` object, 0 at the end of the file, or `-errno`
    /// @throws PyError MemoryError
    @Owned
    public long read(int fd, int before, long most) {
        if (most < 0) {
            return -Errno.EINVAL; // the kernel would read it as a huge unsigned number
        }
        if (before < ReadSize.SPARE && most <= CAPACITY) {
            return copied(Pipes.read(fd, buffer(), most));
        }
        long bytes = BytesApi.uninitialised(most);
        return filled(bytes, most, Pipes.read(fd, BytesApi.data(bytes), most));
    }

    /// Receives what a socket has, up to `size` bytes, but no more than 256 KiB, the size of the buffer.
    ///
    /// @return a `bytes` object, 0 at the end of the stream, or `-errno`
    /// @throws PyError ValueError if the size is negative, MemoryError
    @Owned
    public long receiveUpTo(int fd, long size) {
        if (size < 0) {
            throw ErrorApi.raise(Singletons.VALUE_ERROR, "negative buffersize in recv");
        }
        return copied(Sockets.receive(fd, buffer(), Math.min(size, CAPACITY)));
    }

    /// Receives into the caller's memory, up to `size` bytes.
    ///
    /// @return how many bytes, or `-errno`
    public int receiveInto(int fd, long address, long size, boolean unix) {
        return unix ? messages.receive(fd, address, size) : Sockets.receive(fd, address, size);
    }

    /// Whether the kernel may have more after a message of `size` bytes, when `asked` bytes were asked for.
    public boolean mayHaveMore(int size, long asked, boolean unix) {
        return size == asked || (unix && messages.endedAtControlData());
    }

    /// Frees the memory. Nothing may be called afterwards.
    public void free() {
        Memory.free(buffer);
        spare.free();
    }

    private long buffer() {
        if (buffer == 0) {
            try {
                buffer = Memory.allocateUninitialised(CAPACITY);
            } catch (OutOfMemoryError none) {
                ErrorApi.raiseObject(Singletons.MEMORY_ERROR, Singletons.NONE);
                throw PyError.pending();
            }
        }
        return buffer;
    }

    /// A small message is copied after all, so that a protocol that keeps it keeps no more memory than
    /// it needs.
    @Owned
    private long lent(int fd, boolean unix) {
        long bytes = spare.take();
        int count = receiveInto(fd, BytesApi.data(bytes), ReadSize.SPARE, unix);
        if (count >= ReadSize.SMALL) {
            BytesApi.cut(bytes, count);
            return bytes;
        }
        try {
            return count <= 0 ? count : BytesApi.copy(BytesApi.data(bytes), count);
        } finally {
            spare.giveBack(bytes);
        }
    }

    @Owned
    private long copied(int count) {
        return count <= 0 ? count : BytesApi.copy(buffer, count);
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
}
