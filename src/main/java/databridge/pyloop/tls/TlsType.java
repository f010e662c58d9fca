package databridge.pyloop.tls;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.openssl.Ssl;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.transports.StreamEngine;
import databridge.pyloop.transports.StreamType;

/// `TlsCore`: the half of a TLS protocol that is Java, in front of asyncio's `SSLProtocol`.
///
/// Java decrypts, encrypts, takes the steps of the handshake and of the shutdown, and decides when flow
/// control acts. asyncio's code does what follows, has the timeouts and reports errors. Both see one state:
/// the attributes of asyncio's code that Java needs are C fields here.
public final class TlsType {
    /// How much asyncio asks `_ssl` to read at once.
    private static final int MAX_SIZE = 256 * 1024;

    private static final PyName ASYNCIO_DO_READ = PyName.of("_asyncio_do_read");
    private static final PyName ASYNCIO_DO_HANDSHAKE = PyName.of("_asyncio_do_handshake");
    private static final PyName ASYNCIO_DO_SHUTDOWN = PyName.of("_asyncio_do_shutdown");
    private static final PyName ASYNCIO_PROCESS_OUTGOING = PyName.of("_asyncio_process_outgoing");
    private static final PyName ASYNCIO_DO_FLUSH = PyName.of("_asyncio_do_flush");
    private static final PyName WRITE_WITH_SSL = PyName.of("_write_with_ssl");

    private static long TYPE;

    private TlsType() {}

    static void bind() {
        TYPE = declare().build(TlsLayout.BASE, TlsLayout.SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        return TypeDef.named(TlsType.class, "data_bridge.pyloop.TlsCore", "The engine of a TLS connection.")
                .objectMember("_state", TlsLayout.STATE)
                .objectMember("_transport", TlsLayout.TRANSPORT)
                .objectMember("_app_protocol", TlsLayout.APP_PROTOCOL)
                .objectMember("_write_backlog", TlsLayout.WRITE_BACKLOG)
                .objectMember("_write_buffer_size", TlsLayout.WRITE_BUFFER_SIZE)
                .objectMember("_incoming_high_water", TlsLayout.INCOMING_HIGH_WATER)
                .objectMember("_incoming_low_water", TlsLayout.INCOMING_LOW_WATER)
                .objectMember("_outgoing_high_water", TlsLayout.OUTGOING_HIGH_WATER)
                .objectMember("_outgoing_low_water", TlsLayout.OUTGOING_LOW_WATER)
                .hiddenMember("_engine_ssl_socket", TlsLayout.SSL_SOCKET)
                .hiddenMember("_engine_loop", TlsLayout.LOOP)
                .intMember("max_size", TlsLayout.MAX_SIZE)
                .boolMember("_app_reading_paused", TlsLayout.APP_READING_PAUSED)
                .boolMember("_app_writing_paused", TlsLayout.APP_WRITING_PAUSED)
                .boolMember("_ssl_reading_paused", TlsLayout.SSL_READING_PAUSED)
                .boolMember("_ssl_writing_paused", TlsLayout.SSL_WRITING_PAUSED)
                .boolMember("_sends_file", TlsLayout.SENDING_FILE)
                .boolMember("_app_protocol_is_buffer", TlsLayout.APP_PROTOCOL_IS_BUFFER)
                .boolMember("_eof_received", TlsLayout.EOF_RECEIVED)
                .method(
                        "_attach($self, loop, ssl_socket, handshakes, is_server, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Use OpenSSL directly, if ssl_socket allows that, also for handshakes if asked to.")
                .method(
                        "_receive_from($self, transport, /)",
                        ONE_ARGUMENT,
                        "receiveFrom",
                        "Receive records from a stream transport without a buffer of their own.")
                .method("_do_read($self, /)", NO_ARGUMENTS, "doRead", "Decrypt what was received, and pass it on.")
                .method("_do_handshake($self, /)", NO_ARGUMENTS, "doHandshake", "Take the next step of the handshake.")
                .method(
                        "_set_state($self, new_state, /)",
                        ONE_ARGUMENT,
                        "setState",
                        "Change the state, or raise RuntimeError if the new one cannot follow the old one.")
                .method(
                        "eof_received($self, /)",
                        NO_ARGUMENTS,
                        "eofReceived",
                        "Shut down, since the peer has closed its end; return True if reading is paused.")
                .method("_do_flush($self, /)", NO_ARGUMENTS, "doFlush", "Send what is left, and shut down.")
                .method("_do_shutdown($self, /)", NO_ARGUMENTS, "doShutdown", "Take the next step of the shutdown.")
                .method(
                        "_process_outgoing($self, /)",
                        NO_ARGUMENTS,
                        "processOutgoing",
                        "Pass on what was encrypted, unless writing is paused.")
                .method(
                        "_write_records($self, data, /)",
                        ONE_ARGUMENT,
                        "writeRecords",
                        "Encrypt data for _process_outgoing, which it may begin to do; return how many bytes.")
                .method(
                        "_send_to_socket($self, fd, /)",
                        ONE_ARGUMENT,
                        "sendToSocket",
                        "Let OpenSSL send to fd, and close it when done with it; return False if it does not.")
                .method(
                        "_kernel_sends($self, /)",
                        NO_ARGUMENTS,
                        "kernelSends",
                        "After the handshake: note and return whether the kernel encrypts what is sent.")
                .method(
                        "_send_to_transport($self, /)",
                        NO_ARGUMENTS,
                        "sendToTransport",
                        "Undo _send_to_socket; the descriptor is closed.");
    }

    @EntryPoint
    @Owned
    static long attach(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_attach", 4, count, keywords);
        long loop = Memory.getLong(arguments);
        long socket = Memory.getLong(arguments + Long.BYTES);
        LoopEngine engine = LoopType.engineOf(loop);
        Memory.putInt(self + TlsLayout.MAX_SIZE, MAX_SIZE);
        long ssl = SslSockets.address(socket);
        // While OpenSSL runs, a connection can have BIOs that are not its own.
        if (ssl == 0 || TlsLayout.isAttached(self) || engine.scratch().records().isInUse()) {
            return Refs.retain(NONE);
        }
        boolean handshakes = Memory.getLong(arguments + 2 * Long.BYTES) == TRUE;
        TlsLayout.setKind(self, handshakes, Memory.getLong(arguments + 3 * Long.BYTES) == TRUE);
        Refs.replace(self + TlsLayout.LOOP, Refs.retain(loop));
        Refs.replace(self + TlsLayout.SSL_SOCKET, Refs.retain(socket));
        Memory.putLong(self + TlsLayout.INPUT, Ssl.input(ssl));
        Memory.putLong(self + TlsLayout.OUTPUT, Ssl.output(ssl));
        Memory.putLong(self + TlsLayout.SSL, ssl);
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long receiveFrom(long self, long transport) {
        StreamEngine stream = StreamType.engineOf(transport);
        LoopEngine engine = TlsLayout.engine(self);
        if (stream != null && engine != null && TlsLayout.isAttached(self)) {
            stream.interpose(new TlsInput(engine, self, TYPE));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long doRead(long self) {
        LoopEngine engine = TlsLayout.engine(self);
        if (engine == null) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_DO_READ, self));
        }
        TlsReading.read(engine, self);
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long doHandshake(long self) {
        LoopEngine engine = TlsLayout.engine(self);
        if (engine == null || KernelTls.isEntered(self)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_DO_HANDSHAKE, self));
        }
        TlsNegotiation.handshake(self);
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long setState(long self, long state) {
        TlsClosing.setState(self, state);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long eofReceived(long self) {
        return TlsClosing.eofReceived(TlsLayout.engine(self), self);
    }

    @EntryPoint
    static long doFlush(long self) {
        LoopEngine engine = TlsLayout.engine(self);
        if (engine == null) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_DO_FLUSH, self));
        }
        TlsClosing.flush(engine, self);
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long doShutdown(long self) {
        if (TlsLayout.engine(self) == null || KernelTls.isEntered(self)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_DO_SHUTDOWN, self));
        }
        TlsNegotiation.shutdown(self);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long processOutgoing(long self) {
        if (TlsLayout.engine(self) == null) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_PROCESS_OUTGOING, self));
        }
        TlsWriting.sendOutput(self);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long writeRecords(long self, long data) {
        LoopEngine engine = TlsLayout.engine(self);
        if (engine == null) {
            return PyError.orThrow(CallApi.callMethod(WRITE_WITH_SSL, self, data));
        }
        long view = BufferApi.newView();
        try {
            BufferApi.open(view, data);
            try {
                long size = BufferApi.size(view);
                return NumberApi.fromLong(
                        size == 0 ? 0 : TlsWriting.encrypt(engine, self, BufferApi.data(view), size, true));
            } finally {
                BufferApi.release(view);
            }
        } finally {
            Memory.free(view);
        }
    }

    @EntryPoint
    @Owned
    static long sendToSocket(long self, long descriptor) {
        int fd = NumberApi.asInt(descriptor);
        return Refs.retain(KernelTls.enter(self, fd) ? TRUE : FALSE);
    }

    @EntryPoint
    @Owned
    static long kernelSends(long self) {
        return Refs.retain(KernelTls.settle(self) ? TRUE : FALSE);
    }

    @EntryPoint
    @Owned
    static long sendToTransport(long self) {
        KernelTls.leave(self);
        return Refs.retain(NONE);
    }
}
