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
/// fields here, and unusual calls are left to asyncio's code. Methods run in the loop's thread.
public final class DatagramType {
    private static final PyName ASYNCIO_SENDTO = PyName.of("_asyncio_sendto");
    private static final StaticText ADDR = StaticText.of("addr");

    private static long TYPE;

    private DatagramType() {}

    static void bind() {
        TYPE = declare().build(FlowControl.TYPE, DatagramLayout.SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    private static TypeDef declare() {
        TypeDef type = TypeDef.named(
                DatagramType.class, "data_bridge.pyloop.DatagramCore", "The engine of a datagram transport.");
        TransportType.addWriter(type, DatagramType.class, "_unsent_size");
        TransportType.addSocket(type, DatagramType.class);
        return type.objectMember("_remote_address", DatagramLayout.REMOTE)
                .method(
                        "_attach($self, loop, sock, fd, family, is_connected, remote_address, header_size, /)",
                        FASTCALL_KEYWORDS,
                        "attach",
                        "Attach it to its loop.")
                .method(
                        "_append($self, data, addr, /)",
                        FASTCALL_KEYWORDS,
                        "append",
                        "Send this datagram when the socket is writable.")
                .method(
                        "_unsent_count($self, /)",
                        NO_ARGUMENTS,
                        "unsentCount",
                        "Return how many datagrams are to be sent.")
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
        Arguments.requireDetached(DatagramEngine.of(self));
        Refs.replace(self + DatagramLayout.REMOTE, Refs.retain(argument(arguments, 5)));
        int header = NumberApi.asInt(argument(arguments, 6));
        new DatagramEngine(engine, self, socket, fd, family, connected, header).attach();
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long append(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_append", 2, count, keywords);
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            datagrams.output().append(BytesApi.of(Memory.getLong(arguments)), argument(arguments, 1));
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long unsentCount(long self) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        return NumberApi.fromLong(datagrams == null ? 0 : datagrams.output().count());
    }

    @EntryPoint
    @Owned
    static long sendTo(long self, long arguments, long count, long keywords) {
        DatagramEngine datagrams = DatagramEngine.of(self);
        if (datagrams != null) {
            long address = addressOf(arguments, count, keywords);
            if (address != 0
                    && !TransportLayout.isConnectionLost(self)
                    && hasData(Memory.getLong(arguments))
                    && datagrams.self() != 0 // the length of an object of a subclass is Python code
                    && datagrams.output().send(Memory.getLong(arguments), address)) {
                return Refs.retain(NONE);
            }
        }
        return PyError.orThrow(CallApi.forward(ASYNCIO_SENDTO, self, arguments, count, keywords));
    }

    /// The argument `addr`, None if it is absent; 0 for other forms of the call, which asyncio's own
    /// method serves.
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

    /// Whether there is something to send. asyncio's own method serves empty datagrams, because its versions
    /// treat them differently.
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
