package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.libc.DatagramBuffers;
import databridge.pyloop.libc.DatagramSockets;

/// Datagrams that were received in one call and are delivered one by one. Under the GIL.
///
/// What is left when the protocol pauses reading waits here, as it would in the kernel; what is left when the
/// transport is closed is lost, as it would be there.
final class ReceivedDatagrams {
    private static final long[] NONE = {};

    private long[] data = NONE;
    private long[] addresses = NONE;
    private int next;
    private int end;

    boolean isEmpty() {
        return next == end;
    }

    /// Takes over the first `count` datagrams of the last [DatagramBuffers#receive]. All earlier ones must
    /// be delivered.
    void take(DatagramBuffers buffers, int count) {
        if (data.length == 0) {
            data = new long[DatagramSockets.MOST_RECEIVED];
            addresses = new long[DatagramSockets.MOST_RECEIVED];
        }
        next = 0;
        end = 0;
        for (int i = 0; i < count; i++) {
            long bytes = BytesApi.copy(buffers.data(i), buffers.size(i));
            addresses[i] = AddressCache.toPython(buffers.name(i), buffers.nameSize(i));
            data[i] = bytes;
            end = i + 1;
        }
    }

    /// The content of the next datagram. The caller takes over this reference and that of [#address], and
    /// then calls [#advance].
    @Owned
    long data() {
        return data[next];
    }

    /// The address object of the next datagram, see [#data].
    @Owned
    long address() {
        return addresses[next];
    }

    /// Goes on to the next datagram.
    void advance() {
        next++;
    }

    /// Drops what is not delivered.
    void clear() {
        while (next < end) {
            Refs.release(data[next]);
            Refs.release(addresses[next]);
            next++;
        }
    }
}
