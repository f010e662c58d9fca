package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SocketObject;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.WatchedAttributes;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.SocketAddress;
import databridge.pyloop.loop.Scratch;
import databridge.pyloop.runtime.EntryPoint;

/// `TransportSocketCore`: asyncio's class of what `get_extra_info("socket")` returns, with `family`, `fileno()` and
/// `getpeername()` in Java. Any thread.
///
/// HTTP clients that keep connections ask these three of every idle connection before each request. The family of a
/// socket never changes, so it is looked up once; the kernel is asked for the peer each time, as in asyncio, because
/// that fails once the connection is lost.
public final class TransportSocketType {
    private static final PyName ASYNCIO_FAMILY = PyName.of("_asyncio_family");
    private static final PyName ASYNCIO_FILENO = PyName.of("_asyncio_fileno");
    private static final PyName ASYNCIO_GETPEERNAME = PyName.of("_asyncio_getpeername");
    private static final PyName REFUSE_FAMILY = PyName.of("_refuse_family");

    private static final PyName FAMILY = PyName.of("family");
    private static final PyName FILENO = PyName.of("fileno");
    private static final PyName GETPEERNAME = PyName.of("getpeername");
    private static final WatchedAttributes OF_ASYNCIO = new WatchedAttributes(FAMILY, FILENO, GETPEERNAME);
    private static final WatchedAttributes OF_SOCKET = new WatchedAttributes(FAMILY, FILENO, GETPEERNAME);

    /// `socket.socket`, 0 if the two methods in it are not those of `_socket`.
    private static long SOCKET_TYPE;

    /// Where an object refers to its `socket.socket`, a slot of asyncio's class.
    private static long SOCKET;
    /// Where the family is kept, NULL until it is known.
    private static long KEPT_FAMILY;

    private static long TYPE;

    private TransportSocketType() {}

    static void bind() {
        long base = ImportApi.attribute("asyncio.trsock", "TransportSocket");
        long socket = ImportApi.attribute("socket", "socket");
        OF_ASYNCIO.bind(base);
        OF_SOCKET.bind(socket);
        SOCKET_TYPE = isOfC(socket, FILENO) && isOfC(socket, GETPEERNAME) ? socket : 0;
        SOCKET = DescriptorLayout.memberOffset(base, "_sock");
        KEPT_FAMILY = TypeApi.basicSize(base);
        TYPE = TypeDef.named(
                        TransportSocketType.class,
                        "data_bridge.pyloop.TransportSocketCore",
                        "A socket-like wrapper for exposing real transport sockets.")
                .hiddenMember("_family", KEPT_FAMILY)
                .property("family", "getFamily", "setFamily", "The address family.")
                .method("fileno($self, /)", NO_ARGUMENTS, "fileno", "Return the descriptor, -1 if it is closed.")
                .method("getpeername($self, /)", NO_ARGUMENTS, "getpeername", "Return the address of the peer.")
                .build(base, KEPT_FAMILY + Long.BYTES);
    }

    /// Whether a class of sockets inherits a method of the C type.
    private static boolean isOfC(long socketType, PyName method) {
        long original = ImportApi.attribute("_socket", "socket");
        long ofC = ObjectApi.getAttribute(original, method.object());
        long found = ObjectApi.getAttribute(socketType, method.object());
        Refs.release(original);
        Refs.release(ofC);
        Refs.release(found);
        return found == ofC;
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    @EntryPoint
    @Owned
    static long getFamily(long self) {
        return usualSocket(self) == 0
                ? PyError.orThrow(CallApi.callMethod(ASYNCIO_FAMILY, self))
                : Refs.retain(Memory.getLong(self + KEPT_FAMILY));
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setFamily(long self, long value) {
        if (value == 0) {
            CallApi.run(REFUSE_FAMILY, self);
        } else {
            CallApi.run(REFUSE_FAMILY, self, value);
        }
        return 0;
    }

    @EntryPoint
    @Owned
    static long fileno(long self) {
        long socket = usualSocket(self);
        return socket == 0
                ? PyError.orThrow(CallApi.callMethod(ASYNCIO_FILENO, self))
                : NumberApi.fromLong(SocketObject.descriptor(socket));
    }

    @EntryPoint
    @Owned
    static long getpeername(long self) {
        long socket = usualSocket(self);
        AddressBuffer buffer = Scratch.ofClosedLoops().address(); // a socket object belongs to no loop
        int result = socket == 0 ? 0 : buffer.peerAddress(SocketObject.descriptor(socket));
        if (result < 0) {
            throw OsErrors.raise(-result);
        }
        return socket != 0 && SocketAddress.isKnown(SocketAddress.family(buffer.address()))
                ? AddressCache.toPython(buffer.address(), buffer.size())
                : PyError.orThrow(CallApi.callMethod(ASYNCIO_GETPEERNAME, self));
    }

    /// The `socket.socket` of an object whose family is kept; 0 if it is of another class, or a program has replaced
    /// one of the attributes.
    ///
    /// @throws PyError what asyncio's code raised
    private static long usualSocket(long self) {
        long socket = Memory.getLong(self + SOCKET);
        if (socket == 0
                || ObjectApi.typeOf(socket) != SOCKET_TYPE
                || !OF_SOCKET.areOriginal()
                || !OF_ASYNCIO.areOriginal()) {
            return 0;
        }
        return Memory.getLong(self + KEPT_FAMILY) != 0 || keepFamily(self, socket) ? socket : 0;
    }

    private static boolean keepFamily(long self, long socket) {
        long number = PyError.orThrow(CallApi.callMethod(ASYNCIO_FILENO, self));
        boolean understood = SocketObject.isOf(socket, NumberApi.asInt(number));
        Refs.release(number);
        if (understood) {
            Refs.replace(self + KEPT_FAMILY, PyError.orThrow(CallApi.callMethod(ASYNCIO_FAMILY, self)));
        }
        return understood;
    }
}
