package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.ffi.Memory;

/// Where the fields of a stream transport object are that only this kind has: offsets in bytes from its address,
/// behind those of [TransportLayout]. With the GIL.
final class StreamLayout {
    /// The future of `loop.sendfile()`, which waits until everything is sent; NULL or None if there is none.
    static long EMPTY_WAITER;

    /// The context in which an accepted transport begins to read; NULL before and after, and in all other transports.
    static long START_CONTEXT;

    /// Set once `write_eof()` was called.
    static long EOF;

    /// Set once there is a protocol.
    static long PROTOCOL_CONNECTED;

    /// The protocol is a `BufferedProtocol`.
    static long BUFFERED;

    /// The size of an object in bytes.
    static long SIZE;

    private StreamLayout() {}

    /// Runs when the engine starts, after [TransportLayout#bind].
    static void bind() {
        EOF = TransportLayout.OWN_FLAGS;
        PROTOCOL_CONNECTED = EOF + 1;
        BUFFERED = PROTOCOL_CONNECTED + 1;
        EMPTY_WAITER = TransportLayout.END;
        START_CONTEXT = EMPTY_WAITER + Long.BYTES;
        SIZE = START_CONTEXT + Long.BYTES;
    }

    /// Whether there is, or was, a protocol.
    static boolean isConnected(long transport) {
        return Memory.getByte(transport + PROTOCOL_CONNECTED) != 0;
    }

    static boolean isBuffered(long transport) {
        return Memory.getByte(transport + BUFFERED) != 0;
    }

    static boolean isEnded(long transport) {
        return Memory.getByte(transport + EOF) != 0;
    }

    /// Whether a write goes to the engine. Otherwise asyncio's own method raises, or counts writes that come
    /// too late.
    static boolean takesData(long transport) {
        return !TransportLayout.isConnectionLost(transport) && !isEnded(transport) && !hasEmptyWaiter(transport);
    }

    static boolean hasEmptyWaiter(long transport) {
        long waiter = Memory.getLong(transport + EMPTY_WAITER);
        return waiter != 0 && waiter != NONE;
    }
}
