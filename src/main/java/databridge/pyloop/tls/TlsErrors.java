package databridge.pyloop.tls;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Faults;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;

/// What becomes of exceptions in the record path. With the GIL.
final class TlsErrors {
    private static final PyName RECORDS_FAILED = PyName.of("_records_failed");

    private TlsErrors() {}

    /// Ends the connection because of what was thrown, as asyncio's `_do_read` and `_write_appdata` do. A fault of the
    /// engine ends it, too: bytes may be lost that OpenSSL has processed.
    ///
    /// @param protocol the TLS protocol object, kept alive by the caller
    /// @throws PyError the pending exception, if it is no `Exception`: asyncio does not catch those either
    static void endConnection(long protocol, Throwable thrown) {
        Faults.report(thrown);
        long exception = ErrorApi.takeRaised();
        if (!ErrorApi.matches(exception, Singletons.EXCEPTION)) {
            ErrorApi.restore(exception);
            throw PyError.pending();
        }
        try {
            CallApi.run(RECORDS_FAILED, protocol, exception);
        } finally {
            Refs.release(exception);
        }
    }
}
