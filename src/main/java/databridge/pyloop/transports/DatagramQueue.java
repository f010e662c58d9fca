package databridge.pyloop.transports;

import databridge.pyloop.collections.LongRing;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.Sockets;

/// What a datagram transport has to send: `bytes` objects, each with the address it goes to. Under the GIL.
final class DatagramQueue {
    /// What [#send] returns when the first datagram is for Python to send.
    static final int FOREIGN = 1;

    private static final int INITIAL_CAPACITY = 64; // datagrams, as all capacities; a power of two
    /// Memory for more datagrams is freed when the queue is empty.
    private static final int LASTING_CAPACITY = 1024;

    private static final int OBJECT = 0;
    /// The address as an object where it was not resolved, 0 where it was or there is none.
    private static final int FOREIGN_ADDRESS = 1;
    /// Of the resolved address, in bytes; 0 where there is none.
    private static final int NAME_SIZE = 2;
    /// Where the resolved address is.
    private static final int NAME_SLOT = 3;

    private static final int STRIDE = 4;

    private final LongRing datagrams = new LongRing(STRIDE * INITIAL_CAPACITY);
    private final AddressSlots names = new AddressSlots();
    private long bytes;

    boolean isEmpty() {
        return datagrams.isEmpty();
    }

    /// How many datagrams are to be sent.
    int count() {
        return datagrams.size() / STRIDE;
    }

    /// How many bytes they have, without addresses and headers.
    long bytes() {
        return bytes;
    }

    /// Appends a datagram.
    ///
    /// @param name address in memory of the socket address
    /// @param size of the address in bytes, 0 if the socket is connected
    void add(@Stolen long object, long name, int size) {
        datagrams.add(object);
        datagrams.add(0);
        datagrams.add(size);
        datagrams.add(size == 0 ? 0 : names.add(name, size));
        bytes += BytesApi.size(object);
    }

    /// Appends a datagram that Python has to send.
    ///
    /// @param address an object that only the `socket` module understands
    void addForeign(@Stolen long object, @Stolen long address) {
        datagrams.add(object);
        datagrams.add(address);
        datagrams.add(0);
        datagrams.add(0);
        bytes += BytesApi.size(object);
    }

    /// Puts a datagram back to the front.
    void putBackForeign(@Stolen long object, @Stolen long address) {
        datagrams.addFirst(0);
        datagrams.addFirst(0);
        datagrams.addFirst(address);
        datagrams.addFirst(object);
        bytes += BytesApi.size(object);
    }

    /// The content of the first datagram. The caller takes over this reference and that of [#foreignAddress],
    /// and then calls [#removeFirst].
    @Owned
    long first() {
        return datagrams.get(OBJECT);
    }

    /// The address of the first datagram, as an object; see [#first].
    @Owned
    long foreignAddress() {
        return datagrams.get(FOREIGN_ADDRESS);
    }

    /// Removes the first datagram, whose references the caller has taken over.
    void removeFirst() {
        bytes -= BytesApi.size(datagrams.get(OBJECT));
        if (datagrams.get(NAME_SIZE) != 0) {
            names.remove((int) datagrams.get(NAME_SLOT));
        }
        for (int i = 0; i < STRIDE; i++) {
            datagrams.take();
        }
    }

    /// Removes the first datagram and releases its references. Freeing an exact `bytes` object runs no
    /// Python code.
    void dropFirst() {
        long object = datagrams.get(OBJECT);
        long address = datagrams.get(FOREIGN_ADDRESS);
        removeFirst();
        Refs.release(object);
        Refs.releaseIfAny(address);
    }

    /// Sends one datagram that is not in the queue.
    ///
    /// @param object a `bytes` object
    /// @param address address in memory of the socket address
    /// @param size of the address in bytes, 0 if the socket is connected
    /// @return 1 or `-errno`
    static int send(int fd, long object, long address, int size) {
        long data = BytesApi.data(object);
        long bytes = BytesApi.size(object);
        int result = size == 0 ? Sockets.send(fd, data, bytes) : Sockets.sendTo(fd, data, bytes, address, size);
        return result < 0 ? result : 1;
    }

    /// Sends what the kernel takes now, up to a datagram that fails or is for Python to send, and no further.
    ///
    /// @param scratch the loop's memory for the system call
    /// @param connected whether the kernel knows the address; then an error may be that of an earlier datagram, and
    ///     shows only if each is sent by itself
    /// @return 0 if all are sent, [#FOREIGN], or `-errno`, which is about the first one left
    int send(DatagramSockets scratch, int fd, boolean connected) {
        while (!datagrams.isEmpty()) {
            if (datagrams.get(FOREIGN_ADDRESS) != 0) {
                return FOREIGN;
            }
            int sent = connected ? send(fd, datagrams.get(OBJECT), 0, 0) : sendSeveral(scratch, fd);
            if (sent < 0 && sent != -Errno.EINTR) {
                return sent;
            }
            for (int i = 0; i < sent; i++) {
                dropFirst();
            }
        }
        if (datagrams.capacity() > STRIDE * LASTING_CAPACITY) {
            clear();
        }
        return 0;
    }

    /// Drops everything and frees the memory of the queue.
    void clear() {
        while (!datagrams.isEmpty()) {
            dropFirst();
        }
        datagrams.clear();
        names.clear();
    }

    private int sendSeveral(DatagramSockets scratch, int fd) {
        int most = Math.min(count(), DatagramSockets.MOST_SENT);
        int number = 0;
        for (int at = 0; number < most && datagrams.get(at + FOREIGN_ADDRESS) == 0; number++, at += STRIDE) {
            long object = datagrams.get(at + OBJECT);
            long name = names.address((int) datagrams.get(at + NAME_SLOT));
            int nameSize = (int) datagrams.get(at + NAME_SIZE);
            scratch.put(number, BytesApi.data(object), BytesApi.size(object), name, nameSize);
        }
        return scratch.send(fd, number);
    }
}
