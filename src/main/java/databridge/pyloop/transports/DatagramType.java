package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
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
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// `DatagramCore`: the half of a datagram transport that is Java, in front of asyncio's own selector transport.
///
/// Divided as [StreamType] is: what asyncio's code keeps in `_closing`, `_paused`, `_conn_lost` and `_protocol` are C
/// fields here, and what is unusual about a call makes it asyncio's.
public final class DatagramType {
    static long PROTOCOL;
    static long REMOTE;
    static long READ_CONTEXT;
    static long WRITE_CONTEXT;
    static long SOCKET;
    static long NUMBER;
    static long CONNECTION_LOST;
    static long CLOSING;
    static long PAUSED;
    private static long SIZE;

    private static final PyName ASYNCIO_SENDTO = PyName.of("_asyncio_sendto");
    private static final StaticText ADDR = StaticText.of("addr");

    private static long TYPE;

    private DatagramType() {}

    static void bind() {
        PROTOCOL = FlowControl.END;
        REMOTE = PROTOCOL + Long.BYTES;
        READ_CONTEXT = REMOTE + Long.BYTES;
        WRITE_CONTEXT = READ_CONTEXT + Long.BYTES;
        SOCKET = WRITE_CONTEXT + Long.BYTES;
        NUMBER = SOCKET + Long.BYTES;
        CONNECTION_LOST = NUMBER + Integer.BYTES;
        CLOSING = CONNECTION_LOST + Integer.BYTES;
        PAUSED = CLOSING + 1;
        SIZE = PAUSED + 1;
        TYPE = declare().build(FlowControl.TYPE, SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        return TypeDef.named(
                        DatagramType.class, "data_bridge.pyloop.DatagramCore", "The engine of a datagram transport.")
                .objectMember("_protocol", PROTOCOL)
                .objectMember("_remote_address", REMOTE)
                .objectMember("_read_context", READ_CONTEXT)
                .objectMember("_write_context", WRITE_CONTEXT)
                .objectMember("_engine_socket", SOCKET)
                .intMember("_conn_lost", CONNECTION_LOST)
                .boolMember("_closing", CLOSING)
                .boolMember("_paused", PAUSED)
                .method(
                        "_attach($self, loop, sock, fd, family, is_connected, remote_address, header_size, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Join it to its loop.")
                .method("_detach($self, /)", NO_ARGUMENTS, "detach", "Stop polling, for good.")
                .method("_add_reader($self, /, *args)", FASTCALL_KEYWORDS, "startReading", "Receive from now on.")
                .method("_read_ready($self, /)", NO_ARGUMENTS, "ioReady", "Receive and send what can be.")
                .method("_send_deferred($self, /)", NO_ARGUMENTS, "sendDeferred", "Send now what was put off.")
                .method("_append($self, data, addr, /)", FASTCALL_KEYWORDS, "append", "Send when there is room.")
                .method("_unsent_count($self, /)", NO_ARGUMENTS, "unsentCount", "Return how many are to be sent.")
                .method("_unsent_size($self, /)", NO_ARGUMENTS, "unsentSize", "Return the size of what is to be sent.")
                .method("_drop_unsent($self, /)", NO_ARGUMENTS, "dropUnsent", "Forget what is to be sent.")
                .method(
                        "sendto($self, data, addr=None)",
                        FASTCALL_KEYWORDS,
                        "sendTo",
                        "Send a datagram, without blocking.");
    }

    @EntryPoint
    static long attach(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_attach", 7, count, keywords);
        LoopEngine engine = LoopType.engineOf(Memory.getLong(arguments));
        long socket = argument(arguments, 1);
        int fd = NumberApi.asInt(argument(arguments, 2));
        int family = NumberApi.asInt(argument(arguments, 3));
        boolean connected = argument(arguments, 4) == Singletons.TRUE;
        Memory.putLong(self + REMOTE, Refs.retain(argument(arguments, 5)));
        int header = NumberApi.asInt(argument(arguments, 6));
        Memory.putInt(self + NUMBER, DatagramEngine.open(engine, self, socket, fd, family, connected, header));
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long detach(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            Memory.putInt(self + NUMBER, 0);
            datagrams.close();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long startReading(long self, long arguments, long count, long keywords) {
        PositionalOnly.requireAtLeast("_add_reader", 0, count, keywords);
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null && Memory.getByte(self + CLOSING) == 0 && Memory.getByte(self + PAUSED) == 0) {
            datagrams.startReading();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long ioReady(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            datagrams.runInDebugMode();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long sendDeferred(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            Failures.raise(datagrams.flush(false));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long append(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_append", 2, count, keywords);
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            datagrams.append(Refs.retain(Memory.getLong(arguments)), argument(arguments, 1));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long unsentCount(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        return NumberApi.fromLong(datagrams == null ? 0 : datagrams.unsentCount());
    }

    @EntryPoint
    @Owned
    static long unsentSize(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        return NumberApi.fromLong(datagrams == null ? 0 : datagrams.unsentSize());
    }

    @EntryPoint
    static long dropUnsent(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            datagrams.dropUnsent();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long sendTo(long self, long arguments, long count, long keywords) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            long address = addressOf(arguments, count, keywords);
            if (address != 0
                    && Memory.getInt(self + CONNECTION_LOST) == 0
                    && hasData(Memory.getLong(arguments))
                    && datagrams.send(Memory.getLong(arguments), address)) {
                return Refs.retain(NONE);
            }
            Failures.raise(datagrams.flush(false));
        }
        return PyError.orThrow(CallApi.forward(ASYNCIO_SENDTO, self, arguments, count, keywords));
    }

    /// The second argument or None, 0 if the arguments are not as they should or usually would be.
    @Borrowed
    private static long addressOf(long arguments, long count, long keywords) {
        if (keywords == 0) {
            return count == 2 ? argument(arguments, 1) : count == 1 ? NONE : 0;
        }
        boolean named = count == 1
                && TupleApi.size(keywords) == 1
                && UnicodeApi.equalsAscii(TupleApi.item(keywords, 0), ADDR.address());
        return named ? argument(arguments, 1) : 0;
    }

    /// What becomes of an empty datagram depends on asyncio's version.
    private static boolean hasData(long data) {
        if (BytesApi.isExact(data)) {
            return BytesApi.size(data) > 0;
        }
        return BytesApi.isLike(data) && ObjectApi.length(data) > 0;
    }

    @Borrowed
    private static long argument(long arguments, int index) {
        return Memory.getLong(arguments + (long) index * Long.BYTES);
    }
}
