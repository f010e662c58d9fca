package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.SocketAddress;
import databridge.pyloop.libc.Sockets;

/// What a datagram transport has to send: `bytes` objects, each with the address it goes to. Under the GIL.
final class DatagramQueue {
    /// What [#send] returns when the first datagram is for Python to send.
    static final int FOREIGN = 1;

    private static final int INITIAL_CAPACITY = 64;
    /// Room beyond this is given back when the queue is empty.
    private static final int LASTING_CAPACITY = 1024;

    private static final long[] NONE = {};

    // Rings whose capacity is a power of two: indices are masked.
    private long[] data = NONE;
    /// The address as an object where it was not resolved, 0 where it was or there is none.
    private long[] foreign = NONE;

    private int[] sizes = {};
    private long addresses;
    private int head;
    private int count;
    private long bytes;

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    /// The size of all content.
    long bytes() {
        return bytes;
    }

    /// @param size of the address, 0 if the socket is connected
    void add(@Stolen long object, long address, int size) {
        append(object, 0);
        int last = (head + count - 1) & (data.length - 1);
        sizes[last] = size;
        SocketAddress.copy(address, size, addressAt(last));
    }

    /// @param address an object that only the `socket` module understands
    void addForeign(@Stolen long object, @Stolen long address) {
        append(object, address);
    }

    /// Puts a datagram back to the front.
    void putBackForeign(@Stolen long object, @Stolen long address) {
        if (count == data.length) {
            grow();
        }
        head = (head - 1) & (data.length - 1);
        data[head] = object;
        foreign[head] = address;
        count++;
        bytes += BytesApi.size(object);
    }

    /// The content of the first datagram, the caller's from now on together with [#foreignAddress]; then comes
    /// [#forget].
    @Owned
    long first() {
        return data[head];
    }

    @Owned
    long foreignAddress() {
        return foreign[head];
    }

    /// Takes away the first datagram, which has another owner now.
    void forget() {
        bytes -= BytesApi.size(data[head]);
        head = (head + 1) & (data.length - 1);
        count--;
    }

    /// Gives the first datagram up. Freeing exact `bytes` objects and what they are sent to runs no Python code.
    void drop() {
        long object = data[head];
        long address = foreign[head];
        forget();
        Refs.release(object);
        Refs.releaseIfAny(address);
    }

    /// Sends one datagram past the queue.
    ///
    /// @param datagrams the loop's scratch memory
    /// @param size of the address, 0 if the socket is connected
    /// @return 1 or `-errno`
    static int send(DatagramSockets datagrams, int fd, long object, long address, int size) {
        if (size == 0) {
            int result = Sockets.send(fd, BytesApi.data(object), BytesApi.size(object));
            return result < 0 ? result : 1;
        }
        datagrams.put(0, BytesApi.data(object), BytesApi.size(object), address, size);
        return datagrams.send(fd, 1);
    }

    /// Sends what the kernel takes now, up to a datagram that fails or is for Python to send, and no further.
    ///
    /// @param datagrams the loop's scratch memory
    /// @param connected whether the kernel knows the address; then an error may be that of an earlier datagram, and
    ///     shows only if each is sent by itself
    /// @return 0 if all are sent, [#FOREIGN], or `-errno`, which is about the first one left
    int send(DatagramSockets datagrams, int fd, boolean connected) {
        while (count > 0) {
            if (foreign[head] != 0) {
                return FOREIGN;
            }
            int sent = connected ? send(datagrams, fd, data[head], 0, 0) : sendSeveral(datagrams, fd);
            if (sent < 0 && sent != -ErrnoCode.EINTR) {
                return sent;
            }
            for (int i = 0; i < sent; i++) {
                drop();
            }
        }
        shrink();
        return 0;
    }

    void clear() {
        while (count > 0) {
            drop();
        }
        free();
    }

    private int sendSeveral(DatagramSockets datagrams, int fd) {
        int number = 0;
        while (number < count && number < DatagramSockets.MOST_SENT) {
            int index = (head + number) & (data.length - 1);
            if (foreign[index] != 0) {
                break;
            }
            long object = data[index];
            datagrams.put(number, BytesApi.data(object), BytesApi.size(object), addressAt(index), sizes[index]);
            number++;
        }
        return datagrams.send(fd, number);
    }

    private void append(long object, long foreignAddress) {
        if (count == data.length) {
            grow();
        }
        int index = (head + count) & (data.length - 1);
        data[index] = object;
        foreign[index] = foreignAddress;
        count++;
        bytes += BytesApi.size(object);
    }

    private long addressAt(int index) {
        return addresses + (long) index * SocketAddress.CAPACITY;
    }

    private void shrink() {
        if (data.length > LASTING_CAPACITY) {
            free();
        }
    }

    private void free() {
        if (data.length > 0) {
            Memory.free(addresses);
        }
        data = NONE;
        foreign = NONE;
        sizes = new int[0];
        head = 0;
    }

    private void grow() {
        int capacity = Math.max(INITIAL_CAPACITY, 2 * data.length);
        long[] moreData = new long[capacity];
        long[] moreForeign = new long[capacity];
        int[] moreSizes = new int[capacity];
        long moreAddresses = Memory.allocate((long) capacity * SocketAddress.CAPACITY);
        for (int i = 0; i < count; i++) {
            int index = (head + i) & (data.length - 1);
            moreData[i] = data[index];
            moreForeign[i] = foreign[index];
            moreSizes[i] = sizes[index];
            SocketAddress.copy(addressAt(index), sizes[index], moreAddresses + (long) i * SocketAddress.CAPACITY);
        }
        if (data.length > 0) {
            Memory.free(addresses);
        }
        data = moreData;
        foreign = moreForeign;
        sizes = moreSizes;
        addresses = moreAddresses;
        head = 0;
    }
}
