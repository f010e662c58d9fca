package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.runtime.EntryPoint;

/// The fields and methods that several types of transport share: what Python sees of a [WriterEngine] and of a
/// [TransportEngine]. Methods run in the loop's thread and do nothing on an object that has no engine.
final class TransportType {
    private TransportType() {}

    /// Declares what all transports that write have.
    ///
    /// @param type whose further methods `implementation` implements
    /// @param unsentName the name of the method that returns how many bytes are unsent
    static TypeDef addWriter(TypeDef type, Class<?> implementation, String unsentName) {
        return type.intMember("_conn_lost", TransportLayout.CONNECTION_LOST)
                .boolMember("_closing", TransportLayout.CLOSING)
                .hiddenMember("_engine_loop", TransportLayout.LOOP)
                .implementedBy(TransportType.class)
                .method("_detach($self, /)", NO_ARGUMENTS, "detach", "Detach it from its loop, for good.")
                .method(
                        unsentName + "($self, /)",
                        NO_ARGUMENTS,
                        "unsent",
                        "Return how many bytes are to be written, as flow control counts.")
                .method("_drop_unsent($self, /)", NO_ARGUMENTS, "dropUnsent", "Drop what is to be written.")
                .implementedBy(implementation);
    }

    /// Declares what transports of bytes have besides.
    ///
    /// @param type whose further methods `implementation` implements
    static TypeDef addBatching(TypeDef type, Class<?> implementation) {
        return type.implementedBy(TransportType.class)
                .method(
                        "_send_deferred($self, /)",
                        NO_ARGUMENTS,
                        "sendDeferred",
                        "Write now what was held back. Streams return an OSError or None.")
                .implementedBy(implementation);
    }

    /// Declares what streams and datagram transports have besides.
    ///
    /// @param type whose further methods `implementation` implements
    static TypeDef addSocket(TypeDef type, Class<?> implementation) {
        return type.objectMember("_protocol", TransportLayout.PROTOCOL)
                .objectMember("_read_context", TransportLayout.READ_CONTEXT)
                .objectMember("_write_context", TransportLayout.WRITE_CONTEXT)
                .hiddenMember("_engine_socket", TransportLayout.SOCKET)
                .boolMember("_paused", TransportLayout.PAUSED)
                .implementedBy(TransportType.class)
                .method("_add_reader($self, /, *args)", FASTCALL_KEYWORDS, "startReading", "Read from now on.")
                .method("_read_ready($self, /)", NO_ARGUMENTS, "ioReady", "Read and write as much as possible.")
                .implementedBy(implementation);
    }

    @EntryPoint
    static long detach(long self) {
        return detach(self, false);
    }

    /// @param closes whether the caller closes the descriptor next
    static long detach(long self, boolean closes) {
        WriterEngine engine = WriterEngine.of(self);
        if (engine != null) {
            engine.detach(closes);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long sendDeferred(long self) {
        BatchingWriter writer = (BatchingWriter) WriterEngine.of(self);
        long error = writer == null ? 0 : writer.sendBatch();
        return error == 0 ? Refs.retain(NONE) : error;
    }

    @EntryPoint
    @Owned
    static long unsent(long self) {
        WriterEngine engine = WriterEngine.of(self);
        return NumberApi.fromLong(engine == null ? 0 : engine.unsent());
    }

    @EntryPoint
    static long dropUnsent(long self) {
        WriterEngine engine = WriterEngine.of(self);
        if (engine != null) {
            engine.dropUnsent();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long startReading(long self, long arguments, long count, long keywords) {
        PositionalOnly.requireAtLeast("_add_reader", 0, count, keywords);
        TransportEngine engine = (TransportEngine) WriterEngine.of(self);
        if (engine != null && TransportLayout.wantsToRead(self)) {
            engine.startReading();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long ioReady(long self) {
        TransportEngine engine = (TransportEngine) WriterEngine.of(self);
        if (engine != null) {
            engine.runInHandle();
        }
        return Refs.retain(NONE);
    }
}
