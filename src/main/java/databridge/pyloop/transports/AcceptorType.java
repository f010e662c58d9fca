package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SocketObject;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// `AcceptorCore`: accepts the connections that wait at a listening socket. [AcceptedConnection] makes a transport for
/// each of them.
public final class AcceptorType {
    private static final PyName LACKS_RESOURCES = PyName.of("_lacks_resources");

    private static long TYPE;

    private AcceptorType() {}

    static void bind() {
        TYPE = TypeDef.named(AcceptorType.class, "data_bridge.pyloop.AcceptorCore", "The engine of a listening socket.")
                .objectMember("_loop", AcceptorLayout.LOOP)
                .objectMember("_make_protocol", AcceptorLayout.PROTOCOL_FACTORY)
                .objectMember("_server", AcceptorLayout.SERVER)
                .objectMember("_context", AcceptorLayout.CONTEXT)
                .objectMember("_transport_class", AcceptorLayout.TRANSPORT_CLASS)
                .intMember("_most", AcceptorLayout.MOST)
                .boolMember("_is_tcp", AcceptorLayout.TCP)
                .boolMember("_is_unix", AcceptorLayout.UNIX)
                .boolMember("_server_knows_transports", AcceptorLayout.SERVER_KNOWS_TRANSPORTS)
                .method(
                        "_accept($self, /)",
                        NO_ARGUMENTS,
                        "accept",
                        "Make transports of all connections that wait, but of no more than `_most`.")
                .build(AcceptorLayout.ROOTED, AcceptorLayout.SIZE);
    }

    /// The type object. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    /// `_accept()`. Raises OSError, but not if the peer has already ended a connection that waited
    /// (ECONNABORTED, accept(2)), and SystemExit or KeyboardInterrupt of the protocol factory.
    @EntryPoint
    static long accept(long self) {
        LoopEngine engine = LoopType.engineOf(AcceptorLayout.object(self, AcceptorLayout.LOOP));
        AcceptedType.requireClass(AcceptorLayout.object(self, AcceptorLayout.TRANSPORT_CLASS));
        StackGuard.check();
        long loop = Refs.retain(engine.self());
        long socket = Refs.retain(AcceptorLayout.object(self, AcceptorLayout.SOCKET));
        try {
            if (SocketObject.isSocket(socket)) {
                acceptAll(self, engine, socket);
            }
        } finally {
            Refs.release(socket);
            Refs.release(loop);
        }
        return Refs.retain(NONE);
    }

    /// Accepts until no connection waits. It asks whether one waits only when it has accepted as many as
    /// the last time.
    private static void acceptAll(long self, LoopEngine engine, long socket) {
        int most = Memory.getInt(self + AcceptorLayout.MOST);
        int usual = Math.max(1, Memory.getInt(self + AcceptorLayout.LAST));
        int count = 0;
        while (count < most) {
            AddressBuffer address = engine.scratch().address();
            int listener = SocketObject.descriptor(socket); // a protocol factory may close the socket, or the loop
            if (listener < 0 || engine.isClosed() || (count >= usual && !address.connectionWaits(listener))) {
                break;
            }
            int accepted = address.accept(listener);
            if (accepted < 0) {
                refused(self, -accepted);
                break;
            }
            count++;
            AcceptedConnection.take(self, engine, accepted);
        }
        Memory.putInt(self + AcceptorLayout.LAST, count);
    }

    /// @throws PyError OSError, unless there is nothing to accept any more or the object deals with it
    private static void refused(long self, int errno) {
        switch (errno) {
            case Errno.EAGAIN, Errno.EINTR, Errno.ECONNABORTED -> {}
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> {
                long error = OsErrors.of(errno);
                try {
                    CallApi.run(LACKS_RESOURCES, self, error);
                } finally {
                    Refs.release(error);
                }
            }
            default -> throw OsErrors.raise(errno);
        }
    }
}
