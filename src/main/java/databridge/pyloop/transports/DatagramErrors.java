package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;

/// How a datagram transport tells its protocol of errors that do not end it: `error_received`. Under the GIL.
final class DatagramErrors {
    private static final PyName ERROR_RECEIVED = PyName.of("error_received");

    private final DatagramEngine datagrams;

    DatagramErrors(DatagramEngine datagrams) {
        this.datagrams = datagrams;
    }

    /// Tells the protocol.
    ///
    /// @throws PyError what it raised
    void tell(int errno) {
        long error = ErrorApi.osError(errno);
        long protocol = Refs.retain(Memory.getLong(datagrams.self + DatagramType.PROTOCOL));
        long result = CallApi.callMethod(ERROR_RECEIVED, protocol, error);
        Refs.release(protocol);
        Refs.release(error);
        Refs.release(PyError.orThrow(result));
    }

    /// Tells the protocol; what it raises is reported.
    ///
    /// @return an exception that has to leave the loop, or 0
    @Owned
    long report(int errno) {
        long transport = datagrams.self;
        try {
            tell(errno);
            return 0;
        } catch (PyError raised) {
            return Failures.exceptionOf(datagrams.engine, transport, 0);
        }
    }

    /// As [#report], in the context of receiving, unless that is where we are.
    @Owned
    long reportInContext(int errno) {
        if (Memory.getLong(datagrams.self + DatagramType.READ_CONTEXT) == 0) {
            return report(errno);
        }
        long context = Refs.retain(Memory.getLong(datagrams.self + DatagramType.READ_CONTEXT));
        boolean entered;
        try {
            ContextApi.enter(context);
            entered = true;
        } catch (PyError enteredAlready) {
            ErrorApi.clear();
            entered = false;
        }
        try {
            return report(errno);
        } finally {
            if (entered) {
                ContextApi.exit(context);
            }
            Refs.release(context);
        }
    }
}
