package databridge.pyloop.tls;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;

/// Binds the classes of this package to the running interpreter, and to OpenSSL when a program needs it. With the GIL.
public final class TlsBinding {
    private TlsBinding() {}

    /// Binds what needs no OpenSSL, when the engine starts.
    ///
    /// @throws LinkageError if asyncio's classes are not as they are expected to be
    /// @throws databridge.pyloop.cpython.PyError if Python raises an exception
    public static void bind() {
        SslSockets.bind();
        TlsLayout.bind();
        TlsReading.bind();
        TlsType.bind();
        TlsTransportType.bind();
    }

    /// `_use_openssl()`. Returns None, or the reason why the record path cannot be used. See [SslSockets#start].
    @EntryPoint
    @Owned
    public static long useOpenSsl(long module, long arguments, long count, long keywords) {
        PositionalOnly.require("_use_openssl", 6, count, keywords);
        long file = UnicodeApi.asCString(Memory.getLong(arguments));
        if (file == 0) {
            return UnicodeApi.fromString("the name of the file of _ssl is not UTF-8");
        }
        String reason = SslSockets.start(
                Memory.getCString(file),
                NumberApi.asLong(Memory.getLong(arguments + Long.BYTES)),
                Memory.getLong(arguments + 2 * Long.BYTES),
                Memory.getLong(arguments + 3 * Long.BYTES),
                NumberApi.asLong(Memory.getLong(arguments + 4 * Long.BYTES)),
                NumberApi.asLong(Memory.getLong(arguments + 5 * Long.BYTES)));
        return reason == null ? Refs.retain(NONE) : UnicodeApi.fromString(reason);
    }
}
