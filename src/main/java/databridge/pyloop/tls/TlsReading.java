package databridge.pyloop.tls;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.InterruptedCalls;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.openssl.Bio;
import databridge.pyloop.openssl.RecordMemory;
import databridge.pyloop.openssl.Records;

/// Decrypts what was received and passes it to the program's protocol. With the GIL, in the loop's thread.
///
/// ```
/// kernel -> RecordMemory.input -> OpenSSL -> bytes -> data_received
///        -> the connection's BIO -> OpenSSL -> the protocol's buffer
/// ```
///
/// The first way has one copy less, and is for an established connection whose BIO is empty. In all other
/// cases what was received is appended to the BIO first: in the handshake and the shutdown, whose next step
/// is [TlsNegotiation]'s, while reading is paused, and for a `BufferedProtocol`.
///
/// asyncio reads until `_ssl` raises SSLWantReadError, and making that exception takes longer than decrypting a small
/// record. Here a look at the BIO shows that nothing is left. If OpenSSL reports the end of the connection or an error,
/// `_ssl` is asked to read as well: OpenSSL reports the same again, and `_ssl` makes the exception of its version.
final class TlsReading {
    private static final PyName DATA_RECEIVED = PyName.of("data_received");
    private static final PyName GET_BUFFER = PyName.of("get_buffer");
    private static final PyName BUFFER_UPDATED = PyName.of("buffer_updated");
    private static final PyName DO_WRITE = PyName.of("_do_write");
    private static final PyName READ_SOON = PyName.of("_read_soon");
    private static final PyName READ_INTO_UNUSUAL = PyName.of("_read_into_unusual");
    private static final PyName IS_CLOSED_BY_PEER = PyName.of("_is_closed_by_peer");
    private static final PyName CLOSED_BY_PEER = PyName.of("_closed_by_peer");

    /// In bytes. A message of this size or more is decrypted into an object of its own, not copied.
    private static final int LARGE = 16 * 1024;

    /// The most that OpenSSL can have kept of a record that was received in part before, which is 16 KiB and what
    /// encryption adds to it.
    private static final int PARTIAL_RECORD = 18 * 1024;

    private static long ZERO;

    private TlsReading() {}

    static void bind() {
        ZERO = NumberApi.fromLong(0);
    }

    /// Handles what was received into [RecordMemory#input].
    ///
    /// @param protocol the TLS protocol object, kept alive by the caller
    /// @param count how many bytes, more than 0
    /// @throws PyError what asyncio's `buffer_updated` lets pass
    static void received(LoopEngine engine, long protocol, RecordMemory memory, int count) {
        boolean direct = TlsLayout.mayRead(protocol)
                && !TlsLayout.isBuffered(protocol)
                && !TlsLayout.isRunning(protocol)
                && !memory.isInUse()
                && Bio.pending(TlsLayout.input(protocol)) == 0;
        if (direct) {
            read(engine, protocol, memory, count);
            return;
        }
        try {
            Bio.write(TlsLayout.input(protocol), memory.input(), count);
        } catch (Throwable lost) {
            TlsErrors.endConnection(protocol, lost);
            return;
        }
        if (KernelTls.isEntered(protocol)) {
            CallApi.run(BUFFER_UPDATED, protocol, ZERO);
        } else if (TlsLayout.isInHandshake(protocol)) {
            TlsNegotiation.handshake(protocol);
        } else if (TlsLayout.isInShutdown(protocol)) {
            TlsNegotiation.shutdown(protocol);
        } else {
            CallApi.run(BUFFER_UPDATED, protocol, ZERO);
        }
    }

    /// `_do_read()` of an attached protocol.
    ///
    /// @throws PyError what asyncio's `_do_read` lets pass
    static void read(LoopEngine engine, long protocol) {
        if (TlsLayout.readsRecords(protocol) && !TlsLayout.isRunning(protocol)) {
            read(engine, protocol, engine.scratch().records(), 0);
        }
    }

    private static void read(LoopEngine engine, long protocol, RecordMemory memory, int received) {
        try {
            if (TlsLayout.mayRead(protocol)) {
                if (TlsLayout.isBuffered(protocol)) {
                    readIntoBuffer(engine, protocol);
                } else {
                    readBytes(engine, protocol, memory, received);
                }
                if (TlsWriting.hasBacklog(protocol)) {
                    CallApi.run(DO_WRITE, protocol);
                } else {
                    TlsWriting.sendOutput(protocol);
                }
            }
            WaterMarks.controlReading(protocol);
        } catch (Throwable thrown) {
            TlsErrors.endConnection(protocol, thrown);
        }
    }

    /// Calls `data_received` once for everything that can be decrypted, or several times if it is much.
    private static void readBytes(LoopEngine engine, long protocol, RecordMemory memory, int received) {
        long data = decrypt(protocol, memory, received);
        while (true) {
            boolean closed = TlsLayout.isEnded(protocol) && isClosedByPeer(protocol, data);
            boolean full = data != 0 && isCapacity(BytesApi.size(data), received);
            if (data != 0) {
                deliver(engine, protocol, data);
            }
            if (closed) {
                CallApi.run(CLOSED_BY_PEER, protocol);
            }
            if (!full || closed || !TlsLayout.mayRead(protocol)) {
                return;
            }
            data = decrypt(protocol, engine.scratch().records(), 0); // the protocol may have closed the loop
        }
    }

    /// Whether [#decrypt] may have left something because its memory was full: records that are compressed have more
    /// content than bytes.
    private static boolean isCapacity(long size, int received) {
        return size == RecordMemory.CONTENT_SIZE || size == received + PARTIAL_RECORD;
    }

    /// Decrypts what there is, and notes whether OpenSSL reports an end ([TlsLayout#isEnded]).
    ///
    /// @param received how many bytes there are in [RecordMemory#input]; if it is 0, those in the BIO are decrypted
    /// @return a `bytes` object, or 0 if there is no whole record
    @Owned
    private static long decrypt(long protocol, RecordMemory memory, int received) {
        boolean ownObject = TlsLayout.isLarge(protocol) || memory.isInUse();
        long capacity = ownObject && received > 0 ? received + PARTIAL_RECORD : RecordMemory.CONTENT_SIZE;
        long space = ownObject ? BytesApi.uninitialised(capacity) : 0;
        memory.retain();
        try {
            long to = ownObject ? BytesApi.data(space) : memory.content();
            int result = decrypt(protocol, memory, received, to, capacity);
            TlsLayout.setEnded(protocol, result < 0);
            int count = result < 0 ? Records.ENDED - result : result;
            TlsLayout.setLarge(protocol, count >= LARGE);
            if (count == 0) {
                return 0;
            }
            long data = space;
            space = 0; // shortened() releases it if it fails
            return ownObject ? cut(data, count, capacity) : BytesApi.copy(to, count);
        } finally {
            memory.release();
            Refs.releaseIfAny(space);
        }
    }

    private static int decrypt(long protocol, RecordMemory memory, int received, long to, long capacity) {
        long ssl = TlsLayout.ssl(protocol);
        long own = TlsLayout.input(protocol);
        TlsLayout.setRunning(protocol, true);
        try {
            return received > 0
                    ? Records.readReceived(memory, ssl, own, received, to, capacity)
                    : Records.read(ssl, own, to, capacity);
        } finally {
            TlsLayout.setRunning(protocol, false);
        }
    }

    @Owned
    private static long cut(@Stolen long space, int count, long capacity) {
        return count == capacity ? space : BytesApi.shortened(space, count);
    }

    /// Lets `_ssl` read after OpenSSL has reported an end or an error.
    ///
    /// @param data bytes that are released if this throws, or 0
    /// @throws PyError the exception that `_ssl` makes of the error that OpenSSL has reported
    private static boolean isClosedByPeer(long protocol, long data) {
        long closed = CallApi.callMethod(IS_CLOSED_BY_PEER, protocol);
        if (closed == 0) {
            Refs.releaseIfAny(data);
            throw PyError.pending();
        }
        Refs.release(closed);
        return closed == Singletons.TRUE;
    }

    private static void deliver(LoopEngine engine, long protocol, @Stolen long data) {
        long application = Refs.retainField(protocol + TlsLayout.APP_PROTOCOL);
        long result = InterruptedCalls.call(engine, DATA_RECEIVED, application, data);
        Refs.release(application);
        Refs.release(data);
        Refs.release(PyError.orThrow(result));
    }

    /// Fills the protocol's buffer once. If it is full then, reading goes on in the next iteration.
    private static void readIntoBuffer(LoopEngine engine, long protocol) {
        long application = Refs.retainField(protocol + TlsLayout.APP_PROTOCOL);
        long buffer = 0;
        try {
            long hint = NumberApi.fromLong(Bio.pending(TlsLayout.input(protocol)));
            buffer = InterruptedCalls.call(engine, GET_BUFFER, application, hint);
            Refs.release(hint);
            PyError.orThrow(buffer);
            int result = fill(protocol, buffer);
            if (result == UNUSUAL) {
                CallApi.run(READ_INTO_UNUSUAL, protocol, buffer);
                return;
            }
            boolean full = result >= 0 && result == ObjectApi.length(buffer);
            int count = result < 0 ? Records.ENDED - result : result;
            boolean closed = result < 0 && isClosedByPeer(protocol, 0);
            if (full) {
                CallApi.run(READ_SOON, protocol);
            }
            if (count > 0) {
                updated(engine, application, count);
            }
            if (closed) {
                CallApi.run(CLOSED_BY_PEER, protocol);
            }
        } finally {
            Refs.releaseIfAny(buffer);
            Refs.release(application);
        }
    }

    private static final int UNUSUAL = Integer.MIN_VALUE;

    /// Decrypts into a buffer.
    ///
    /// @return as [Records#read], or [#UNUSUAL] if it is empty, cannot be written to, or does not consist of bytes
    private static int fill(long protocol, long buffer) {
        long view = BufferApi.newView();
        try {
            try {
                BufferApi.openWritable(view, buffer);
            } catch (PyError notWritable) {
                ErrorApi.clear();
                return UNUSUAL;
            }
            try {
                long size = BufferApi.size(view);
                if (size == 0 || size != ObjectApi.length(buffer)) {
                    return UNUSUAL;
                }
                TlsLayout.setRunning(protocol, true);
                try {
                    return Records.read(
                            TlsLayout.ssl(protocol),
                            TlsLayout.input(protocol),
                            BufferApi.data(view),
                            Math.min(size, Integer.MAX_VALUE));
                } finally {
                    TlsLayout.setRunning(protocol, false);
                }
            } finally {
                BufferApi.release(view);
            }
        } finally {
            Memory.free(view);
        }
    }

    private static void updated(LoopEngine engine, long application, int count) {
        long number = NumberApi.fromLong(count);
        long result = InterruptedCalls.call(engine, BUFFER_UPDATED, application, number);
        Refs.release(number);
        Refs.release(PyError.orThrow(result));
    }
}
