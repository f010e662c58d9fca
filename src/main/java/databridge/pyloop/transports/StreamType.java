package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
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
import org.jspecify.annotations.Nullable;

/// `StreamCore`: the half of a stream transport that is Java, in front of asyncio's own selector transport.
///
/// Java reads, writes and pauses; asyncio's code opens, closes and reports. Both see one state: what asyncio's code
/// keeps in `_closing`, `_paused`, `_eof`, `_conn_lost`, `_protocol` and `_empty_waiter` are C fields here.
public final class StreamType {
    private static long BUFFERED_PROTOCOL;

    private static final PyName ASYNCIO_WRITE = PyName.of("_asyncio_write");
    private static final PyName ASYNCIO_WRITELINES = PyName.of("_asyncio_writelines");

    private static final PyName CALL_CONNECTION_LOST = PyName.of("_call_connection_lost");
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
        BUFFERED_PROTOCOL = ImportApi.attribute("asyncio.protocols", "BufferedProtocol");
        TYPE = declare().build(FlowControl.TYPE, StreamLayout.SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    /// The engine of any object; null if it is no stream transport, or has no engine.
    public static @Nullable StreamEngine engineOf(long object) {
        return ObjectApi.isInstance(object, TYPE) ? StreamEngine.of(object) : null;
    }

    private static TypeDef declare() {
        TypeDef type =
                TypeDef.named(StreamType.class, "data_bridge.pyloop.StreamCore", "The engine of a stream transport.");
        TransportType.addWriter(type, StreamType.class, "_unsent");
        TransportType.addBatching(type, StreamType.class);
        TransportType.addSocket(type, StreamType.class);
        ExtraInfo.declare(type, StreamType.class);
        ReadingMethods.declare(type, StreamType.class);
        return type.objectMember("_empty_waiter", StreamLayout.EMPTY_WAITER)
                .hiddenMember("_start_context", StreamLayout.START_CONTEXT)
                .objectMember("_context", TransportLayout.CONNECTION_CONTEXT)
                .boolMember("_eof", StreamLayout.EOF)
                .boolMember("_protocol_connected", StreamLayout.PROTOCOL_CONNECTED)
                .method(
                        "_attach($self, loop, sock, fd, is_unix, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Attach it to its loop.")
                .method("close($self, /)", NO_ARGUMENTS, "close", "Close the transport after flushing buffered data.")
                .method(
                        "is_closing($self, /)",
                        NO_ARGUMENTS,
                        "isClosing",
                        "Return True if the transport is closing or closed.")
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
        Arguments.requireDetached(StreamEngine.of(self));
        new StreamEngine(engine, self, socket, fd, unix).attach();
        return Refs.retain(NONE);
    }

    /// `close()`. Sends what was held back, and then does what asyncio's `close()` does.
    @EntryPoint
    static long close(long self) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null && !stream.engine.isClosed()) {
            stream.flushBatch();
            stream = StreamEngine.of(self);
        }
        if (stream == null || stream.engine.isClosed()) {
            return PyError.orThrow(CallApi.callMethod(CLOSE_SLOWLY, self));
        }
        if (TransportLayout.isClosing(self)) {
            return Refs.retain(NONE);
        }
        Memory.putByte(self + TransportLayout.CLOSING, (byte) 1);
        stream.stopReading();
        if (stream.unsent() == 0) {
            long lost = self + TransportLayout.CONNECTION_LOST;
            Memory.putInt(lost, Memory.getInt(lost) + 1);
            loseConnection(stream.engine, self);
        }
        return Refs.retain(NONE);
    }

    /// `is_closing()`. Sends what was held back: `StreamWriter.drain()` learns here whether writing has failed.
    @EntryPoint
    @Owned
    static long isClosing(long self) {
        StreamEngine stream = StreamEngine.of(self);
        if (stream != null) {
            stream.flushBatch();
        }
        return Refs.retain(TransportLayout.isClosing(self) ? Singletons.TRUE : Singletons.FALSE);
    }

    /// Schedules the end of a connection that was closed.
    private static void loseConnection(LoopEngine engine, long self) {
        if (!engine.schedulesHere()) {
            CallApi.run(LOSE_CONNECTION, self);
            return;
        }
        long callback = ObjectApi.getAttribute(self, CALL_CONNECTION_LOST.object());
        try {
            engine.callSoon(callback, NONE, TransportLayout.connectionContext(self));
        } finally {
            Refs.release(callback);
        }
    }

    @EntryPoint
    static long setProtocol(long self, long arguments, long count, long keywords) {
        setProtocol(self, Arguments.only(PROTOCOL_PARAMETER, self, arguments, count, keywords));
        return Refs.retain(NONE);
    }

    /// `set_protocol(protocol)`
    ///
    /// @throws PyError as `isinstance` raises
    static void setProtocol(long self, long protocol) {
        boolean buffered = ObjectApi.passesFor(protocol, BUFFERED_PROTOCOL);
        Memory.putByte(self + StreamLayout.BUFFERED, (byte) (buffered ? 1 : 0));
        Memory.putByte(self + StreamLayout.PROTOCOL_CONNECTED, (byte) 1);
        Refs.replace(self + TransportLayout.PROTOCOL, Refs.retain(protocol));
    }

    @EntryPoint
    @Owned
    static long write(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(DATA, self, arguments, count, keywords);
        StreamEngine stream = StreamEngine.of(self);
        if (stream == null || !StreamLayout.takesData(self) || !BytesApi.isLike(data)) {
            return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
        }
        if (BytesApi.isExact(data)) {
            if (BytesApi.size(data) > 0) {
                stream.output().write(data);
            }
        } else if (ObjectApi.length(data) > 0) {
            stream = StreamEngine.of(self); // the length of an object of a subclass is Python code
            if (stream == null) {
                return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
            }
            stream.output().writeBuffer(data);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long writelines(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(LIST_OF_DATA, self, arguments, count, keywords);
        StreamEngine stream = StreamEngine.of(self);
        if (stream == null || !StreamLayout.takesData(self)) {
            return refuseLines(self, data);
        }
        long items = ListApi.tupleOf(data);
        try {
            long copies = copies(items);
            stream = StreamEngine.of(self); // copying can run Python code
            if (copies == 0 || stream == null) {
                Refs.releaseIfAny(copies);
                return PyError.orThrow(CallApi.callMethod(REFUSE_LINES, self, items));
            }
            stream.output().writeAll(copies);
            Refs.release(copies);
        } finally {
            Refs.release(items);
        }
        return Refs.retain(NONE);
    }

    /// The items of a tuple as `bytes`, 0 if one of them has no buffer.
    @Owned
    private static long copies(long items) {
        long copies = TupleApi.ofNone(TupleApi.size(items));
        for (long i = 0; i < TupleApi.size(items); i++) {
            long item = TupleApi.item(items, i);
            long copy;
            if (BytesApi.isExact(item)) {
                copy = Refs.retain(item);
            } else {
                try {
                    copy = BufferApi.copyOf(item);
                } catch (PyError unsuitable) {
                    ErrorApi.clear();
                    Refs.release(copies);
                    return 0;
                }
            }
            TupleApi.put(copies, i, copy);
        }
        return copies;
    }

    /// Refuses a `writelines()`. In some versions asyncio's `writelines` does not check whether the
    /// connection is lost; its `write` always does.
    @Owned
    private static long refuseLines(long self, long data) {
        if (!TransportLayout.isConnectionLost(self)) {
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
}
