package databridge.pyloop.tls;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The steps from the end of what the peer sends to the end of the connection. They are those of asyncio's
/// `SSLProtocol`, of which every connection takes them; where it does something else, its own code runs. With the GIL,
/// in the loop's thread.
final class TlsClosing {
    private static final PyName ASYNCIO_SET_STATE = PyName.of("_asyncio_set_state");
    private static final PyName ASYNCIO_EOF_RECEIVED = PyName.of("_asyncio_eof_received");
    private static final PyName WRITE_OR_FAIL = PyName.of("_write_or_fail");
    private static final PyName DO_FLUSH = PyName.of("_do_flush");
    private static final PyName DO_SHUTDOWN = PyName.of("_do_shutdown");
    private static final PyName CLOSE = PyName.of("close");

    private TlsClosing() {}

    /// `_set_state(state)`
    ///
    /// @throws PyError what asyncio raises if one state cannot follow the other
    static void setState(long protocol, long state) {
        if (!TlsLayout.changeState(protocol, state)) {
            CallApi.run(ASYNCIO_SET_STATE, protocol, state);
        }
    }

    /// `eof_received()`
    ///
    /// @param engine of the protocol, see [TlsLayout#engine]
    /// @return True if the transport below stays open
    /// @throws PyError what asyncio's `eof_received` lets pass
    @Owned
    static long eofReceived(@Nullable LoopEngine engine, long protocol) {
        if (engine == null || engine.debug() || !TlsLayout.isWrapped(protocol)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_EOF_RECEIVED, protocol));
        }
        TlsLayout.setReceivedEof(protocol);
        TlsLayout.beginFlushing(protocol);
        if (TlsLayout.isReadingPaused(protocol)) {
            return Refs.retain(TRUE);
        }
        long flushed = CallApi.callMethod(DO_FLUSH, protocol);
        if (flushed == 0) {
            closeAfterError(protocol);
        }
        Refs.release(flushed);
        return Refs.retain(NONE);
    }

    /// Closes the transport below, as asyncio does if the pending exception is an `Exception`.
    ///
    /// @throws PyError that exception
    private static void closeAfterError(long protocol) {
        long exception = ErrorApi.takeRaised();
        if (ErrorApi.matches(exception, Singletons.EXCEPTION)) {
            long transport = Refs.retainField(protocol + TlsLayout.TRANSPORT);
            try {
                CallApi.run(CLOSE, transport);
            } catch (PyError later) {
                Refs.release(exception);
                throw later;
            } finally {
                Refs.release(transport);
            }
        }
        ErrorApi.restore(exception);
        throw PyError.pending();
    }

    /// `_do_flush()` of an attached protocol: the shutdown begins behind what was received and written before.
    ///
    /// @throws PyError what asyncio's `_do_flush` lets pass
    static void flush(LoopEngine engine, long protocol) {
        if (TlsLayout.isReadingPaused(protocol) && TlsWriting.hasBacklog(protocol)) {
            CallApi.run(WRITE_OR_FAIL, protocol); // else reading is followed by writing
        }
        TlsReading.read(engine, protocol);
        setState(protocol, TlsLayout.shutdown());
        CallApi.run(DO_SHUTDOWN, protocol);
    }
}
