package databridge.pyloop.tls;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.transports.StreamEngine;
import databridge.pyloop.transports.StreamType;
import org.jspecify.annotations.Nullable;

/// The transport below TLS: a stream transport of the engine, another TLS transport, or any object. With the GIL.
final class LowerTransport {
    private static final PyName WRITE = PyName.of("write");

    private LowerTransport() {}

    /// Passes a `bytes` object on.
    ///
    /// @param transport which the caller keeps alive, or None
    static void pass(long transport, @Stolen long records) {
        StreamEngine stream = stream(transport);
        if (stream != null) {
            stream.write(records);
            return;
        }
        try {
            if (transport != Singletons.NONE) {
                CallApi.run(WRITE, transport, records);
            }
        } finally {
            Refs.release(records);
        }
    }

    /// Makes a stream send what it holds back, and returns whether it is known to be open afterwards.
    ///
    /// @param transport which the caller keeps alive, any object
    static boolean isOpen(long transport) {
        StreamEngine stream = StreamType.engineOf(transport);
        if (stream == null) {
            return false;
        }
        stream.flushBatch();
        stream = StreamType.engineOf(transport); // sending can end the connection, or run Python code that does
        return stream != null && !stream.isClosing();
    }

    /// The engine of the transport, if that is a stream that can be written to.
    ///
    /// @param transport any object
    static @Nullable StreamEngine stream(long transport) {
        StreamEngine stream = StreamType.engineOf(transport);
        return stream != null && stream.takesData() ? stream : null;
    }
}
