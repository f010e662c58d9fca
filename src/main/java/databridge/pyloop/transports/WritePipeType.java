package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// `WritePipeCore`: the half of a write pipe transport that is Java, in front of asyncio's own.
///
/// It writes and keeps what is not written yet; asyncio's code opens, closes, reports, and watches for the end of the
/// reader. Both see one state: what asyncio's code keeps in `_closing` and `_conn_lost` are C fields here.
public final class WritePipeType {
    private static final PyName ASYNCIO_WRITE = PyName.of("_asyncio_write");
    private static final Arguments.Parameter DATA = new Arguments.Parameter("_asyncio_write", "data");

    private static long TYPE;

    private WritePipeType() {}

    static void bind() {
        TYPE = declare().build(FlowControl.TYPE, TransportLayout.END_OF_FLAGS);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        TypeDef type = TypeDef.named(
                WritePipeType.class, "data_bridge.pyloop.WritePipeCore", "The engine of a write pipe transport.");
        TransportType.addWriter(type, WritePipeType.class, "_unsent");
        return TransportType.addBatching(type, WritePipeType.class)
                .method(
                        "_attach($self, loop, fd, is_byte_stream, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Attach it to its loop.")
                .method(
                        "_write_ready($self, /)",
                        NO_ARGUMENTS,
                        "writeReady",
                        "Write what was kept while the pipe was full.")
                .method(
                        "_append($self, data, /)",
                        ONE_ARGUMENT,
                        "append",
                        "Write these bytes when the pipe is writable.")
                .method("write($self, data)", FASTCALL_KEYWORDS, "write", "Write bytes-like data, without blocking.");
    }

    @EntryPoint
    static long attach(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_attach", 3, count, keywords);
        LoopEngine engine = LoopType.engineOf(Memory.getLong(arguments));
        int fd = NumberApi.asInt(Memory.getLong(arguments + Long.BYTES));
        boolean byteStream = Memory.getLong(arguments + 2 * Long.BYTES) == Singletons.TRUE;
        Arguments.requireDetached(WritePipeEngine.of(self));
        new WritePipeEngine(engine, self, fd, byteStream).attach();
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long writeReady(long self) {
        WritePipeEngine writer = WritePipeEngine.of(self);
        if (writer != null) {
            writer.continueWriting();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long append(long self, long data) {
        WritePipeEngine writer = WritePipeEngine.of(self);
        if (writer != null) {
            writer.appendBlocked(BytesApi.of(data));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long write(long self, long arguments, long count, long keywords) {
        long data = Arguments.only(DATA, self, arguments, count, keywords);
        WritePipeEngine writer = WritePipeEngine.of(self);
        if (writer != null) {
            boolean taken = BytesApi.isExact(data) ? writeBytes(self, writer, data) : writeBuffer(self, writer, data);
            if (taken) {
                return Refs.retain(NONE);
            }
            writer.sendBatch();
        }
        // It raises if the data is wrong, and counts writes that come too late.
        return PyError.orThrow(CallApi.callMethod(ASYNCIO_WRITE, self, data));
    }

    private static boolean writeBytes(long self, WritePipeEngine writer, long data) {
        long size = BytesApi.size(data);
        if (size == 0 || !isOpenFor(self, writer, size)) {
            return false;
        }
        writer.write(data);
        return true;
    }

    private static boolean writeBuffer(long self, WritePipeEngine writer, long data) {
        if (!BytesApi.isLike(data) || ObjectApi.length(data) == 0) {
            return false;
        }
        long view = BufferApi.newView();
        try {
            try {
                BufferApi.open(view, data);
            } catch (PyError notContiguous) {
                ErrorApi.clear();
                return false;
            }
            try {
                if (!isOpenFor(self, writer, BufferApi.size(view))) {
                    return false;
                }
                writer.writeBuffer(view);
                return true;
            } finally {
                BufferApi.release(view);
            }
        } finally {
            Memory.free(view);
        }
    }

    private static boolean isOpenFor(long self, WritePipeEngine writer, long size) {
        if (isClosed(self)) {
            return false;
        }
        writer.prepare(size);
        return !isClosed(self);
    }

    private static boolean isClosed(long self) {
        return TransportLayout.isConnectionLost(self) || TransportLayout.isClosing(self);
    }
}
