package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.libc.DatagramSockets;

/// DatagramEngine that were received in one call and are delivered one by one. Under the GIL.
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

    /// Takes over the first `count` datagrams of the last [DatagramSockets#receive]. What was here must be gone.
    void take(int count) {
        if (data.length == 0) {
            data = new long[DatagramSockets.MOST_RECEIVED];
            addresses = new long[DatagramSockets.MOST_RECEIVED];
        }
        next = 0;
        end = 0;
        for (int i = 0; i < count; i++) {
            long bytes = BytesApi.copy(DatagramSockets.data(i), DatagramSockets.size(i));
            addresses[i] = AddressCache.toPython(DatagramSockets.name(i), DatagramSockets.nameSize(i));
            data[i] = bytes;
            end = i + 1;
        }
    }

    /// The content of the next datagram, the caller's from now on together with [#address]; then comes [#drop].
    @Owned
    long data() {
        return data[next];
    }

    @Owned
    long address() {
        return addresses[next];
    }

    void drop() {
        next++;
    }

    void clear() {
        while (next < end) {
            Refs.release(data[next]);
            Refs.release(addresses[next]);
            next++;
        }
    }
}
