package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.FileDescriptors;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// `AcceptedCore`: a stream transport that owns the descriptor of its connection. It makes a
/// `socket.socket` only if a program asks for it. [AcceptedConnection] makes the objects for servers,
/// [Connections] those of clients.
public final class AcceptedType {
    private static final PyName ATTACH = PyName.of("_attach");
    private static final PyName DETACH = PyName.of("_detach");
    private static final PyName CONNECTION_LOST = PyName.of("connection_lost");
    private static final PyName CLOSE_SOCKET = PyName.of("_close_socket");
    private static final PyName END_WAITER = PyName.of("_end_waiter");

    private static long TYPE;

    private AcceptedType() {}

    static void bind() {
        TYPE = TypeDef.named(
                        AcceptedType.class,
                        "data_bridge.pyloop.AcceptedCore",
                        "The engine of the transport of an accepted connection.")
                .objectMember("_server", AcceptedLayout.SERVER)
                .objectMember("_like", AcceptedLayout.LISTENER)
                .objectMember("_socket_made", AcceptedLayout.SOCKET_MADE)
                .hiddenMember("_engine_peer", AcceptedLayout.PEER)
                .objectMember("_sockname", AcceptedLayout.OWN_NAME)
                .intMember("_sock_fd", AcceptedLayout.FD)
                .boolMember("_ended", AcceptedLayout.ENDED)
                .method("_peername($self, /)", NO_ARGUMENTS, "peerName", "Return the address of the peer.")
                .method(
                        "_call_connection_lost($self, exc, /)",
                        ONE_ARGUMENT,
                        "callConnectionLost",
                        "Call the protocol's connection_lost() and close the descriptor.")
                .build(StreamType.type(), AcceptedLayout.SIZE);
    }

    /// Checks that an object is a class that extends this type.
    ///
    /// @throws PyError TypeError
    static void requireClass(long object) {
        if (!ObjectApi.isInstance(object, Singletons.TYPE_TYPE) || !ObjectApi.isSubtype(object, TYPE)) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "a class of transports is required");
        }
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    @EntryPoint
    @Owned
    static long peerName(long self) {
        if (Memory.getByte(self + AcceptedLayout.PEER_IS_RAW) != 0) {
            // The conversion can run a finaliser that asks for the same address.
            long raw = Refs.retainField(self + AcceptedLayout.PEER);
            long name;
            try {
                name = Addresses.toPython(BytesApi.data(raw), (int) BytesApi.size(raw));
            } finally {
                Refs.release(raw);
            }
            Memory.putByte(self + AcceptedLayout.PEER_IS_RAW, (byte) 0);
            Refs.replace(self + AcceptedLayout.PEER, name);
        }
        return Refs.retainField(self + AcceptedLayout.PEER);
    }

    /// `_call_connection_lost(exc)`. As in asyncio the connection ends, whatever `connection_lost()` raises.
    @EntryPoint
    static long callConnectionLost(long self, long exception) {
        StackGuard.check();
        // A program may have a duplicate of a socket object, which would keep the registration alive.
        Refs.release(TransportType.detach(self, !AcceptedLayout.hasSocket(self)));
        long raised = tellProtocol(self, exception);
        raised = closeDescriptor(self, raised);
        Refs.replace(self + TransportLayout.PROTOCOL, Refs.retain(NONE));
        raised = detachFromServer(self, raised);
        FlowControl.forgetLoop(self);
        if (raised != 0) {
            ErrorApi.restore(raised);
            throw PyError.pending();
        }
        if (StreamLayout.hasEmptyWaiter(self)) {
            CallApi.run(END_WAITER, self);
        }
        return Refs.retain(NONE);
    }

    /// Registers a connection with its server.
    ///
    /// @param knows whether the server's methods take the transport
    /// @throws PyError what the server raises
    static void attachToServer(long self, long server, boolean knows) {
        Memory.putByte(self + AcceptedLayout.SERVER_KNOWS_TRANSPORTS, (byte) (knows ? 1 : 0));
        Refs.replace(self + AcceptedLayout.SERVER, Refs.retain(server));
        if (server != NONE) {
            ArgumentArray calls = arguments(self);
            long array = serverAndTransport(calls, server, self);
            long result = CallApi.callMethodOf(ATTACH, array, serverArguments(self));
            calls.giveBack(array);
            Refs.release(PyError.orThrow(result));
        }
    }

    /// @return what the protocol has raised, or 0
    @Owned
    private static long tellProtocol(long self, long exception) {
        if (!StreamLayout.isConnected(self)) {
            return 0;
        }
        long protocol = TransportLayout.protocol(self);
        long result = arguments(self).callMethod(CONNECTION_LOST, protocol, exception);
        Refs.release(protocol);
        return raisedBy(result, 0);
    }

    /// @param raised an exception, or 0
    /// @return what closing the socket has raised, else `raised`
    @Owned
    private static long closeDescriptor(long self, @Stolen long raised) {
        boolean wasOpen = AcceptedLayout.isOpen(self);
        AcceptedLayout.end(self);
        if (AcceptedLayout.hasSocket(self)) {
            return raisedBy(arguments(self).callMethod(CLOSE_SOCKET, self), raised);
        }
        if (wasOpen) {
            FileDescriptors.close(AcceptedLayout.descriptor(self));
        }
        return raised;
    }

    /// @param raised an exception, or 0
    /// @return what the server has raised, else `raised`
    @Owned
    private static long detachFromServer(long self, @Stolen long raised) {
        long server = Refs.take(self + AcceptedLayout.SERVER);
        Memory.putLong(self + AcceptedLayout.SERVER, Refs.retain(NONE));
        if (server == 0 || server == NONE) {
            Refs.releaseIfAny(server);
            return raised;
        }
        ArgumentArray calls = arguments(self);
        long array = serverAndTransport(calls, server, self);
        long result = CallApi.callMethodOf(DETACH, array, serverArguments(self));
        calls.giveBack(array);
        Refs.release(server);
        return raisedBy(result, raised);
    }

    /// @param result of a call, 0 if an exception is pending
    /// @param earlier an exception that was raised before, or 0
    /// @return the later of the two exceptions, 0 if there is none
    @Owned
    private static long raisedBy(@Stolen long result, @Stolen long earlier) {
        if (result != 0) {
            Refs.release(result);
            return earlier;
        }
        long later = ErrorApi.takeRaised();
        Refs.releaseIfAny(earlier);
        return later;
    }

    private static long serverAndTransport(ArgumentArray calls, long server, long self) {
        long array = calls.take(2);
        Memory.putLong(array, server);
        Memory.putLong(array + Long.BYTES, self);
        return array;
    }

    private static long serverArguments(long self) {
        return Memory.getByte(self + AcceptedLayout.SERVER_KNOWS_TRANSPORTS) == 0 ? 1 : 2;
    }

    private static ArgumentArray arguments(long self) {
        return LoopType.scratchOf(FlowControl.loop(self)).callArguments();
    }
}
