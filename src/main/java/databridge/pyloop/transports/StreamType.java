package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// `StreamCore`: the half of a stream transport that is Java, in front of asyncio's own selector transport.
///
/// Java reads and writes; asyncio's code opens, closes, pauses and reports. Both see one state: what asyncio's code
/// keeps in `_closing`, `_paused`, `_eof`, `_conn_lost`, `_protocol` and `_empty_waiter` are C fields here.
public final class StreamType {
    private static long BUFFERED_PROTOCOL;

    static long PROTOCOL;
    static long EMPTY_WAITER;
    static long READ_CONTEXT;
    static long WRITE_CONTEXT;
    static long SOCKET;
    static long CONTEXT;
    static long NUMBER;
    static long CONNECTION_LOST;
    static long CLOSING;
    static long PAUSED;
    static long EOF;
    static long PROTOCOL_CONNECTED;
    static long BUFFERED;
    private static long SIZE;

    private static final PyName ASYNCIO_WRITE = PyName.of("_asyncio_write");
    private static final PyName ASYNCIO_WRITELINES = PyName.of("_asyncio_writelines");

    private static final PyName CLOSE_SLOWLY = PyName.of("_close_slowly");
    private static final PyName LOSE_CONNECTION = PyName.of("_lose_connection");
    private static final PyName REFUSE_LINES = PyName.of("_refuse_lines");
    private static final Arguments.Parameter PROTOCOL_PARAMETER =
            new Arguments.Parameter("_asyncio_set_protocol", "protocol");
    private static final Arguments.Parameter DATA = new Arguments.Parameter("_asyncio_write", "data");
    private static final Arguments.Parameter LIST_OF_DATA =
            new Arguments.Parameter("_asyncio_writelines", "list_of_data");

    private static long TYPE;

    private StreamType() {}

    static void bind() {
        BUFFERED_PROTOCOL = ObjectApi.importAttribute("asyncio.protocols", "BufferedProtocol");
        PROTOCOL = FlowControl.END;
        EMPTY_WAITER = PROTOCOL + Long.BYTES;
        READ_CONTEXT = EMPTY_WAITER + Long.BYTES;
        WRITE_CONTEXT = READ_CONTEXT + Long.BYTES;
        SOCKET = WRITE_CONTEXT + Long.BYTES;
        CONTEXT = SOCKET + Long.BYTES;
        NUMBER = CONTEXT + Long.BYTES;
        CONNECTION_LOST = NUMBER + Integer.BYTES;
        CLOSING = CONNECTION_LOST + Integer.BYTES;
        PAUSED = CLOSING + 1;
        EOF = PAUSED + 1;
        PROTOCOL_CONNECTED = EOF + 1;
        BUFFERED = PROTOCOL_CONNECTED + 1;
        SIZE = BUFFERED + 1;
        TYPE = declare().build(FlowControl.TYPE, SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        return TypeDef.named(StreamType.class, "data_bridge.pyloop.StreamCore", "The engine of a stream transport.")
                .objectMember("_protocol", PROTOCOL)
                .objectMember("_empty_waiter", EMPTY_WAITER)
                .objectMember("_read_context", READ_CONTEXT)
                .objectMember("_write_context", WRITE_CONTEXT)
                .objectMember("_engine_socket", SOCKET)
                .objectMember("_context", CONTEXT)
                .intMember("_conn_lost", CONNECTION_LOST)
                .boolMember("_closing", CLOSING)
                .boolMember("_paused", PAUSED)
                .boolMember("_eof", EOF)
                .boolMember("_protocol_connected", PROTOCOL_CONNECTED)
                .method(
                        "_attach($self, loop, sock, fd, is_unix, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Join it to its loop.")
                .method("close($self, /)", NO_ARGUMENTS, "close", "Close the transport after flushing buffered data.")
                .method("_detach($self, /)", NO_ARGUMENTS, "detach", "Stop polling, for good.")
                .method(
                        "_detach_to_close($self, /)",
                        NO_ARGUMENTS,
                        "detachToClose",
                        "Stop polling a descriptor that the caller closes next.")
                .method("_add_reader($self, /, *args)", FASTCALL_KEYWORDS, "startReading", "Read from now on.")
                .method("_read_ready($self, /)", NO_ARGUMENTS, "ioReady", "Read and write what can be.")
                .method(
                        "_send_deferred($self, /)",
                        NO_ARGUMENTS,
                        "sendDeferred",
                        "Send now; return None or an OSError.")
                .method("_unsent($self, /)", NO_ARGUMENTS, "unsent", "Return how many bytes are to be sent.")
                .method("_drop_unsent($self, /)", NO_ARGUMENTS, "dropUnsent", "Forget what is to be sent.")
                .method("set_protocol($self, protocol)", FASTCALL_KEYWORDS, "setProtocol", "Set a new protocol.")
                .method("write($self, data)", FASTCALL_KEYWORDS, "write", "Write bytes-like data, without blocking.")
                .method(
                        "writelines($self, list_of_data)",
                        FASTCALL_KEYWORDS,
                        "writelines",
                        "Write an iterable of bytes-like data, without blocking.");
    }

    @EntryPoint
    static long attach(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_attach", 4, count, keywords);
        LoopEngine engine = LoopType.engineOf(Memory.getLong(arguments));
        long socket = Memory.getLong(arguments + Long.BYTES);
        int fd = NumberApi.asInt(Memory.getLong(arguments + 2 * Long.BYTES));
        boolean unix = Memory.getLong(arguments + 3 * Long.BYTES) == Singletons.TRUE;
        Memory.putInt(self + NUMBER, StreamEngine.open(engine, self, socket, fd, unix));
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long detach(long self) {
        return detach(self, false);
    }

    @EntryPoint
    static long detachToClose(long self) {
        return detach(self, true);
    }

    private static long detach(long self, boolean closes) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null) {
            Memory.putInt(self + NUMBER, 0);
            stream.close(closes);
        }
        return Refs.retain(NONE);
    }

    /// What asyncio's `close()` does once the deferred data is sent; its last step is Python.
    @EntryPoint
    static long close(long self) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null && !stream.engine.isClosed()) {
            stream.flushDeferred();
            stream = StreamEngine.of(self);
        }
        if (stream == null || stream.engine.isClosed()) {
            return PyError.orThrow(CallApi.callMethod(CLOSE_SLOWLY, self));
        }
        if (Memory.getByte(self + CLOSING) != 0) {
            return Refs.retain(NONE);
        }
        Memory.putByte(self + CLOSING, (byte) 1);
        stream.stopReading();
        if (stream.unsent() == 0) {
            Memory.putInt(self + CONNECTION_LOST, Memory.getInt(self + CONNECTION_LOST) + 1);
            Refs.release(PyError.orThrow(stream.engine.callArguments().callMethod(LOSE_CONNECTION, self)));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long startReading(long self, long arguments, long count, long keywords) {
        PositionalOnly.requireAtLeast("_add_reader", 0, count, keywords);
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null && Memory.getByte(self + CLOSING) == 0 && Memory.getByte(self + PAUSED) == 0) {
            stream.startReading();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long ioReady(long self) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null) {
            stream.runInDebugMode();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long sendDeferred(long self) {
        StreamEngine stream = StreamEngine.of(self);
        long error = stream == null ? 0 : stream.sendDeferred();
        return error == 0 ? Refs.retain(NONE) : error;
    }

    @EntryPoint
    @Owned
    static long unsent(long self) {
        StreamEngine stream = StreamEngine.of(self);
        return NumberApi.fromLong(stream == null ? 0 : stream.unsent());
    }

    @EntryPoint
    static long dropUnsent(long self) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null) {
            stream.dropUnsent();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long setProtocol(long self, long arguments, long count, long keywords) {
        long protocol = Arguments.only(PROTOCOL_PARAMETER, self, arguments, count, keywords);
        boolean buffered = ObjectApi.passesFor(protocol, BUFFERED_PROTOCOL);
        Memory.putByte(self + BUFFERED, (byte) (buffered ? 1 : 0));
        Memory.putByte(self + PROTOCOL_CONNECTED, (byte) 1);
        long old = Memory.getLong(self + PROTOCOL);
        Memory.putLong(self + PROTOCOL, Refs.retain(protocol));
        Refs.releaseIfAny(old);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long write(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(DATA, self, arguments, count, keywords);
        StreamEngine stream = StreamEngine.of(self);
        if (stream == null || !takesData(self) || !BytesApi.isLike(data)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
        }
        if (BytesApi.isExact(data)) {
            if (BytesApi.size(data) > 0) {
                stream.write(data);
            }
        } else if (ObjectApi.length(data) > 0) {
            stream.writeBuffer(data);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long writelines(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(LIST_OF_DATA, self, arguments, count, keywords);
        StreamEngine stream = StreamEngine.of(self);
        if (stream == null || !takesData(self)) {
            return refuseLines(self, data);
        }
        long items = ListApi.tupleOf(data);
        try {
            long copies = stream.copies(items);
            if (copies == 0) {
                return PyError.orThrow(CallApi.callMethod(REFUSE_LINES, self, items));
            }
            stream.writeAll(copies);
            Refs.release(copies);
        } finally {
            Refs.release(items);
        }
        return Refs.retain(NONE);
    }

    /// asyncio's `writelines` of some versions forgets that the connection may be lost, its `write` never does.
    @Owned
    private static long refuseLines(long self, long data) {
        if (Memory.getInt(self + CONNECTION_LOST) == 0) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITELINES, self, data));
        }
        long items = ListApi.tupleOf(data);
        try {
            return TupleApi.size(items) == 0
                    ? Refs.retain(NONE)
                    : PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, TupleApi.item(items, 0)));
        } finally {
            Refs.release(items);
        }
    }

    /// Otherwise asyncio's own method says why not.
    private static boolean takesData(long self) {
        long waiter = Memory.getLong(self + EMPTY_WAITER);
        return Memory.getInt(self + CONNECTION_LOST) == 0
                && Memory.getByte(self + EOF) == 0
                && (waiter == 0 || waiter == NONE);
    }
}
