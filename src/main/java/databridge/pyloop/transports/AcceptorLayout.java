package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.ffi.Memory;

/// Where the fields of an acceptor object are: offsets in bytes from its address. With the GIL.
///
/// ```
/// AcceptorRoots, a class with a slot    _sock
/// AcceptorCore                          _loop | _make_protocol | _server | _context | _transport_class
///                                       _most (int) | how many it accepted last (int)
///                                       flags of a byte each: _is_tcp | _is_unix | _server_knows_transports
/// ```
///
/// Python code sets all of them once, except the second number, which is the engine's.
final class AcceptorLayout {
    /// The class with the slot, base of `AcceptorCore`. Borrowed.
    static long ROOTED;

    /// The listening socket.
    static long SOCKET;

    static long LOOP;
    static long PROTOCOL_FACTORY;
    static long SERVER;
    /// The context of the server, of which each connection gets a copy; None before Python 3.15.
    static long CONTEXT;
    /// A Python class that extends [AcceptedType].
    static long TRANSPORT_CLASS;

    /// How many connections are accepted in a row.
    static long MOST;

    static long LAST;
    static long TCP;
    static long UNIX;
    /// Whether the methods of the server take the transport.
    static long SERVER_KNOWS_TRANSPORTS;

    /// The size of an object in bytes.
    static long SIZE;

    private AcceptorLayout() {}

    /// Runs when the engine starts.
    static void bind() {
        ROOTED = SlottedClass.withSlots("AcceptorRoots", "_sock");
        SOCKET = DescriptorLayout.memberOffset(ROOTED, "_sock");
        LOOP = TypeApi.basicSize(ROOTED);
        PROTOCOL_FACTORY = LOOP + Long.BYTES;
        SERVER = PROTOCOL_FACTORY + Long.BYTES;
        CONTEXT = SERVER + Long.BYTES;
        TRANSPORT_CLASS = CONTEXT + Long.BYTES;
        MOST = TRANSPORT_CLASS + Long.BYTES;
        LAST = MOST + Integer.BYTES;
        TCP = LAST + Integer.BYTES;
        UNIX = TCP + 1;
        SERVER_KNOWS_TRANSPORTS = UNIX + 1;
        SIZE = TCP + Long.BYTES;
    }

    /// A flag.
    static boolean has(long acceptor, long flag) {
        return Memory.getByte(acceptor + flag) != 0;
    }

    /// The object in a field; None if it is not set.
    @Borrowed
    static long object(long acceptor, long field) {
        long object = Memory.getLong(acceptor + field);
        return object == 0 ? NONE : object;
    }
}
