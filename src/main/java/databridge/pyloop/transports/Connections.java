package databridge.pyloop.transports;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.AuditHooks;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ModuleDef;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.FileDescriptors;
import databridge.pyloop.libc.SocketAddress;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.loop.LoopType;
import databridge.pyloop.runtime.EntryPoint;

/// Connecting stream sockets that have no socket object: functions of the module, for `create_connection`. They are
/// called under the GIL.
///
/// The kernel makes a connection to an address of the same machine within `connect()`, and yet reports EINPROGRESS.
/// The name of the peer, which a transport needs anyway, can be had as soon as there is a connection. So it is asked
/// for at once; if it is there, no event has to be awaited.
public final class Connections {
    private Connections() {}

    /// Adds the functions to the definition of the module.
    public static ModuleDef declare(ModuleDef module) {
        return module.function(
                        "_connect($module, loop, family, address, /)",
                        FASTCALL_KEYWORDS,
                        Connections.class,
                        "connect",
                        "Return (fd, names), where names is None while the connection is being made; None if unsuited.")
                .function(
                        "_socket_names($module, loop, fd, /)",
                        FASTCALL_KEYWORDS,
                        Connections.class,
                        "socketNames",
                        "Return (peername, sockname), None for one that the socket does not have.")
                .function(
                        "_socket_error($module, loop, fd, /)",
                        FASTCALL_KEYWORDS,
                        Connections.class,
                        "socketError",
                        "Return the error of the socket as an errno, 0 if there is none; it is reported once.")
                .function(
                        "_use_connection($module, loop, cls, kind, is_unix, fd, names, protocol, context, /)",
                        FASTCALL_KEYWORDS,
                        Connections.class,
                        "useConnection",
                        "Return a transport of a connected descriptor, which it owns, or close the descriptor.");
    }

    /// `_connect()`. It does not serve addresses that only the `socket` module understands or refuses, nor processes
    /// with audit hooks, whose events have socket objects for arguments.
    ///
    /// @throws databridge.pyloop.cpython.PyError OSError if there can be no socket, or the connection
    ///     is refused at once
    @EntryPoint
    @Owned
    static long connect(long module, long arguments, long count, long keywords) {
        PositionalOnly.require("_connect", 3, count, keywords);
        AddressBuffer buffer = bufferOf(Memory.getLong(arguments));
        int family = NumberApi.asInt(Memory.getLong(arguments + Long.BYTES));
        long address = Memory.getLong(arguments + 2 * Long.BYTES);
        if (!SocketAddress.isKnown(family) || AuditHooks.exist()) {
            return Refs.retain(NONE);
        }
        int size = Addresses.fromPython(address, family, buffer.address());
        if (size == Addresses.UNUSUAL) {
            return Refs.retain(NONE);
        }
        int fd = open(family);
        int result = Sockets.connect(fd, buffer.address(), size);
        if (result < 0 && !isBeingMade(result)) {
            FileDescriptors.close(fd);
            throw OsErrors.raise(-result);
        }
        try {
            return connection(buffer, fd, result);
        } catch (Throwable failed) {
            FileDescriptors.close(fd);
            throw failed;
        }
    }

    /// @param result of `connect()`: 0, or an error with which the connection is being made
    @Owned
    private static long connection(AddressBuffer buffer, int fd, int result) {
        int peer = result == 0 || result == -Errno.EINPROGRESS ? buffer.peerAddress(fd) : result;
        long names = result < 0 && peer < 0 ? Refs.retain(NONE) : names(buffer, fd, peer);
        long number;
        try {
            number = NumberApi.fromLong(fd);
        } catch (Throwable failed) {
            Refs.release(names);
            throw failed;
        }
        return pair(number, names);
    }

    /// `_socket_names()`
    @EntryPoint
    @Owned
    static long socketNames(long module, long arguments, long count, long keywords) {
        PositionalOnly.require("_socket_names", 2, count, keywords);
        AddressBuffer buffer = bufferOf(Memory.getLong(arguments));
        int fd = NumberApi.asInt(Memory.getLong(arguments + Long.BYTES));
        return names(buffer, fd, buffer.peerAddress(fd));
    }

    /// `_socket_error()`
    ///
    /// @throws databridge.pyloop.cpython.PyError OSError if the descriptor is no socket
    @EntryPoint
    @Owned
    static long socketError(long module, long arguments, long count, long keywords) {
        PositionalOnly.require("_socket_error", 2, count, keywords);
        AddressBuffer buffer = bufferOf(Memory.getLong(arguments));
        int error = buffer.takeError(NumberApi.asInt(Memory.getLong(arguments + Long.BYTES)));
        if (error < 0) {
            throw OsErrors.raise(-error);
        }
        return NumberApi.fromLong(error);
    }

    /// @throws databridge.pyloop.cpython.PyError TypeError or RuntimeError if the object is no open loop of ours
    private static AddressBuffer bufferOf(long loop) {
        return LoopType.engineOf(loop).scratch().address();
    }

    /// `_use_connection()`
    @EntryPoint
    @Owned
    static long useConnection(long module, long arguments, long count, long keywords) {
        PositionalOnly.require("_use_connection", 8, count, keywords);
        LoopEngine engine = LoopType.engineOf(argument(arguments, 0));
        long type = argument(arguments, 1);
        AcceptedType.requireClass(type);
        long names = argument(arguments, 5);
        if (ObjectApi.typeOf(names) != Singletons.TUPLE_TYPE || TupleApi.size(names) != 2) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "a pair of names is required");
        }
        int fd = NumberApi.asInt(argument(arguments, 4));
        if (!FileDescriptors.isOpen(fd)) {
            throw OsErrors.raise(Errno.EBADF);
        }
        long transport = 0;
        boolean used = false;
        try {
            long peer = Refs.retain(TupleApi.item(names, 0));
            transport = AcceptedLayout.create(type, engine.self(), argument(arguments, 2), fd, peer, false);
            Refs.replace(transport + AcceptedLayout.OWN_NAME, Refs.retain(TupleApi.item(names, 1)));
            StreamType.setProtocol(transport, argument(arguments, 6));
            used = true;
            start(engine, transport, argument(arguments, 3) == Singletons.TRUE, argument(arguments, 7));
            return transport;
        } catch (Throwable failed) {
            if (!used) {
                if (transport != 0) {
                    AcceptedLayout.end(transport);
                }
                FileDescriptors.close(fd);
            }
            Refs.releaseIfAny(transport);
            throw failed;
        }
    }

    private static void start(LoopEngine engine, long transport, boolean unix, long connectionContext) {
        boolean whole = ContextApi.isContext(connectionContext);
        long context = whole ? Refs.retain(connectionContext) : ContextApi.copyCurrent();
        try {
            if (whole) {
                Refs.replace(transport + TransportLayout.CONNECTION_CONTEXT, Refs.retain(context));
            }
            AcceptedConnection.start(engine, transport, unix, context);
        } finally {
            Refs.release(context);
        }
    }

    private static long argument(long arguments, int index) {
        return Memory.getLong(arguments + (long) index * Long.BYTES);
    }

    private static int open(int family) {
        boolean unix = family == SocketAddress.AF_UNIX;
        int fd = Sockets.openStream(family, unix ? 0 : Sockets.IPPROTO_TCP);
        if (fd < 0) {
            throw OsErrors.raise(-fd);
        }
        if (!unix) {
            Sockets.setNoDelay(fd);
        }
        return fd;
    }

    /// EAGAIN: the queue of the Unix socket is full. EINTR: the connection is made nevertheless (connect(2)).
    private static boolean isBeingMade(int result) {
        return result == -Errno.EINPROGRESS || result == -Errno.EAGAIN || result == -Errno.EINTR;
    }

    /// @param result of `getpeername()`: 0 if the buffer has the address of the peer
    @Owned
    private static long names(AddressBuffer buffer, int fd, int result) {
        long peer = result < 0 ? Refs.retain(NONE) : AddressCache.toPython(buffer.address(), buffer.size());
        long own;
        try {
            own = buffer.ownAddress(fd) < 0 ? Refs.retain(NONE) : Addresses.toPython(buffer.address(), buffer.size());
        } catch (Throwable failed) {
            Refs.release(peer);
            throw failed;
        }
        return pair(peer, own);
    }

    @Owned
    private static long pair(@Stolen long first, @Stolen long second) {
        long tuple;
        try {
            tuple = TupleApi.ofNone(2);
        } catch (Throwable failed) {
            Refs.release(first);
            Refs.release(second);
            throw failed;
        }
        TupleApi.put(tuple, 0, first);
        TupleApi.put(tuple, 1, second);
        return tuple;
    }
}
