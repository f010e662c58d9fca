package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;

/// Where the fields of an [AcceptedType] object are that other stream transports do not have: offsets in
/// bytes from its address, behind those of [StreamLayout]. With the GIL.
final class AcceptedLayout {
    /// The server, None if there is none or the connection has ended.
    static long SERVER;

    /// The listening socket or a `SocketKind`: the family, type and protocol of the socket object, if one
    /// is made.
    static long LISTENER;

    /// The socket object, None until a program asks for it.
    static long SOCKET_MADE;

    /// The address of the peer; with [#PEER_IS_RAW] as the kernel has it, a `bytes` object.
    static long PEER;

    /// The socket's own address.
    static long OWN_NAME;

    static long FD;

    /// Set once the descriptor is closed.
    static long ENDED;

    static long PEER_IS_RAW;
    /// Whether the methods of the server take the transport.
    static long SERVER_KNOWS_TRANSPORTS;

    /// The size of an object in bytes.
    static long SIZE;

    private AcceptedLayout() {}

    /// Runs when the engine starts, after [StreamLayout#bind].
    static void bind() {
        SERVER = StreamLayout.SIZE;
        LISTENER = SERVER + Long.BYTES;
        SOCKET_MADE = LISTENER + Long.BYTES;
        PEER = SOCKET_MADE + Long.BYTES;
        OWN_NAME = PEER + Long.BYTES;
        FD = OWN_NAME + Long.BYTES;
        ENDED = FD + Integer.BYTES;
        PEER_IS_RAW = ENDED + 1;
        SERVER_KNOWS_TRANSPORTS = PEER_IS_RAW + 1;
        SIZE = FD + Long.BYTES;
    }

    /// A transport object that owns a descriptor, without a protocol.
    ///
    /// @param type a class that extends [AcceptedType]
    /// @param loop the loop object
    /// @param listener the listening socket, or what has its attributes `family`, `type` and `proto`
    /// @param peer the address of the peer, taken over even if this throws
    /// @throws databridge.pyloop.cpython.PyError MemoryError
    @Owned
    static long create(long type, long loop, long listener, int fd, @Stolen long peer, boolean peerIsRaw) {
        long transport;
        try {
            transport = ObjectApi.allocate(type);
        } catch (Throwable failed) {
            Refs.release(peer);
            throw failed;
        }
        FlowControl.initialise(transport, loop);
        Memory.putLong(transport + StreamLayout.EMPTY_WAITER, Refs.retain(NONE));
        Memory.putLong(transport + TransportLayout.CONNECTION_CONTEXT, Refs.retain(NONE));
        Memory.putLong(transport + SERVER, Refs.retain(NONE));
        Memory.putLong(transport + LISTENER, Refs.retain(listener));
        Memory.putLong(transport + SOCKET_MADE, Refs.retain(NONE));
        Memory.putLong(transport + PEER, peer);
        Memory.putLong(transport + OWN_NAME, Refs.retain(NONE));
        Memory.putInt(transport + FD, fd);
        Memory.putByte(transport + PEER_IS_RAW, (byte) (peerIsRaw ? 1 : 0));
        return transport;
    }

    static int descriptor(long transport) {
        return Memory.getInt(transport + FD);
    }

    /// Whether the transport owns an open descriptor. An object that Python code has made never does.
    static boolean isOpen(long transport) {
        return Memory.getByte(transport + ENDED) == 0 && Memory.getLong(transport + PEER) != 0;
    }

    /// Records that the descriptor is closed, or about to be.
    static void end(long transport) {
        Memory.putByte(transport + ENDED, (byte) 1);
    }

    /// Whether there is a socket object, which then owns the descriptor.
    static boolean hasSocket(long transport) {
        long socket = Memory.getLong(transport + SOCKET_MADE);
        return socket != 0 && socket != NONE;
    }
}
