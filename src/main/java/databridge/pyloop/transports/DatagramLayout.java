package databridge.pyloop.transports;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.ffi.Memory;

/// Where the field of a datagram transport object is that only this kind has: an offset in bytes from its address,
/// behind the fields of [TransportLayout]. With the GIL.
final class DatagramLayout {
    /// The one address that datagrams may be sent to; None if any may.
    static long REMOTE;

    /// The size of an object in bytes.
    static long SIZE;

    private DatagramLayout() {}

    /// Runs when the engine starts, after [TransportLayout#bind].
    static void bind() {
        REMOTE = TransportLayout.END;
        SIZE = REMOTE + Long.BYTES;
    }

    /// The address object, None or 0.
    @Borrowed
    static long remote(long transport) {
        return Memory.getLong(transport + REMOTE);
    }
}
