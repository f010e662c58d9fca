package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.loop.LoopEngine;

/// Calls `error_received` of a datagram transport's protocol: for errors that do not end the transport. Under the GIL.
///
/// `transport` is the transport object, kept alive by the caller; `errno` an error number, positive.
final class DatagramErrors {
    private static final PyName ERROR_RECEIVED = PyName.of("error_received");

    private DatagramErrors() {}

    /// Calls the protocol.
    ///
    /// @throws PyError what it raised
    static void deliver(long transport, int errno) {
        long error = OsErrors.of(errno);
        long protocol = TransportLayout.protocol(transport);
        long result = CallApi.callMethod(ERROR_RECEIVED, protocol, error);
        Refs.release(protocol);
        Refs.release(error);
        Refs.release(PyError.orThrow(result));
    }

    /// Calls the protocol; what it raises is reported.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    static long deliverAndReport(LoopEngine engine, long transport, int errno) {
        try {
            deliver(transport, errno);
            return 0;
        } catch (PyError raised) {
            return Failures.report(engine, transport);
        }
    }
}
