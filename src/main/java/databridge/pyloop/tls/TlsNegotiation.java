package databridge.pyloop.tls;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.openssl.Bio;
import databridge.pyloop.openssl.Records;
import databridge.pyloop.openssl.Ssl;

/// The steps of the handshake and of the shutdown: OpenSSL is called as `_ssl` calls it, but no exception
/// is made when it has to wait for the peer. asyncio's code does what follows a step. With the GIL, in the
/// loop's thread.
///
/// If OpenSSL reports an error, `_ssl` takes the same step: OpenSSL reports the error again, and `_ssl` makes the
/// exception of its version. Where that would be another error, `_ssl` takes the step in the first place.
final class TlsNegotiation {
    private static final PyName ASYNCIO_DO_HANDSHAKE = PyName.of("_asyncio_do_handshake");
    private static final PyName ASYNCIO_DO_SHUTDOWN = PyName.of("_asyncio_do_shutdown");
    private static final PyName CALL_EOF_RECEIVED = PyName.of("_call_eof_received");
    private static final PyName ON_SHUTDOWN_COMPLETE = PyName.of("_on_shutdown_complete");
    private static final PyName ON_HANDSHAKE_COMPLETE = PyName.of("_on_handshake_complete");

    private static final int DONE = 1;
    private static final int AGAIN = 0;
    private static final int FAILED = -1;

    private TlsNegotiation() {}

    /// `_do_handshake()` of an attached protocol. `_ssl` takes the step if the peer has sent an alert, because OpenSSL
    /// does not report a closing alert twice. It also does if the peer has sent something that is no TLS: OpenSSL
    /// reports another error at the second time, from version 3.2 on.
    ///
    /// @throws databridge.pyloop.cpython.PyError what asyncio's `_do_handshake` lets pass
    static void handshake(long protocol) {
        if (TlsLayout.isServer(protocol) && Bio.pending(TlsLayout.input(protocol)) == 0) {
            return; // the client begins
        }
        if (TlsLayout.isRunning(protocol)) {
            return;
        }
        boolean direct =
                TlsLayout.handshakesDirectly(protocol) && Records.looksLikeHandshake(TlsLayout.input(protocol));
        switch (direct ? step(protocol, true) : FAILED) {
            case DONE -> CallApi.run(ON_HANDSHAKE_COMPLETE, protocol, NONE);
            case AGAIN -> TlsWriting.sendOutput(protocol);
            default -> CallApi.run(ASYNCIO_DO_HANDSHAKE, protocol);
        }
    }

    /// `_do_shutdown()` of an attached protocol.
    ///
    /// @throws databridge.pyloop.cpython.PyError what asyncio's `_do_shutdown` lets pass
    static void shutdown(long protocol) {
        if (TlsLayout.isRunning(protocol)) {
            return;
        }
        switch (shutdownStep(protocol)) {
            case DONE -> afterShutdown(protocol);
            case AGAIN -> TlsWriting.sendOutput(protocol);
            default -> CallApi.run(ASYNCIO_DO_SHUTDOWN, protocol);
        }
    }

    /// Goes on after both closing alerts are there, or the peer has closed the connection without one.
    private static void afterShutdown(long protocol) {
        TlsWriting.sendOutput(protocol);
        CallApi.run(CALL_EOF_RECEIVED, protocol);
        CallApi.run(ON_SHUTDOWN_COMPLETE, protocol, NONE);
    }

    /// Calls OpenSSL only if no records wait. A faulty one would be an error that OpenSSL does not report
    /// again when `_ssl` takes the same step.
    private static int shutdownStep(long protocol) {
        if (TlsLayout.hasReceivedEof(protocol)) {
            return DONE;
        }
        return Bio.pending(TlsLayout.input(protocol)) == 0 ? step(protocol, false) : FAILED;
    }

    private static int step(long protocol, boolean handshake) {
        long ssl = TlsLayout.ssl(protocol);
        TlsLayout.setRunning(protocol, true);
        try {
            int result = handshake ? Ssl.handshake(ssl) : Ssl.shutdown(ssl);
            if (result > 0) {
                return DONE;
            }
            return Ssl.isAgain(ssl, result) ? AGAIN : FAILED;
        } finally {
            TlsLayout.setRunning(protocol, false);
        }
    }
}
