package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.libc.AddressBuffer;
import databridge.pyloop.libc.FileDescriptors;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.loop.InterruptedCalls;
import databridge.pyloop.loop.LoopEngine;

/// Makes a transport of a descriptor that was accepted. In the loop's thread.
///
/// asyncio runs a task for each connection, in a copy of the context in which the server was started. Here the protocol
/// factory is called at once, in such a copy, and the connection then reads in that same context, of which nothing else
/// knows. So a connection costs one context and no task. From Python 3.15 on the copy is of the server's context, and
/// everything of the connection runs in it.
final class AcceptedConnection {
    private static final PyName CONNECTION_MADE = PyName.of("connection_made");
    private static final PyName ENSURE_FD_NO_TRANSPORT = PyName.of("_ensure_fd_no_transport");
    private static final PyName LOG_CONNECTION = PyName.of("_log_connection");
    private static final PyName REPORT_FAILURE = PyName.of("_report_failure");
    private static final PyName SCHEDULE_START = PyName.of("_schedule_start");

    private AcceptedConnection() {}

    /// Takes over a connection; whatever happens, its descriptor is owned by a transport or closed.
    ///
    /// @param acceptor the acceptor object
    /// @param fd what [AddressBuffer#accept] has returned; the buffer of `engine` has the address of the peer
    /// @throws PyError SystemExit or KeyboardInterrupt of the protocol factory, MemoryError
    static void take(long acceptor, LoopEngine engine, int fd) {
        if (AcceptorLayout.has(acceptor, AcceptorLayout.TCP)) {
            Sockets.setNoDelay(fd);
        }
        long transport;
        try {
            transport = create(acceptor, engine.self(), engine.scratch().address(), fd);
        } catch (Throwable failed) {
            FileDescriptors.close(fd);
            throw failed;
        }
        try {
            readOwnName(transport, engine.scratch().address(), fd);
            connectIn(acceptor, engine, transport);
        } finally {
            if (!StreamLayout.isConnected(transport)) {
                AcceptedLayout.end(transport);
                FileDescriptors.close(fd);
            }
            Refs.release(transport);
        }
    }

    @Owned
    private static long create(long acceptor, long loop, AddressBuffer address, int fd) {
        long type = AcceptorLayout.object(acceptor, AcceptorLayout.TRANSPORT_CLASS);
        AcceptedType.requireClass(type); // the factory of an earlier connection may have replaced it
        // A name of a Unix socket is short, and as bytes it could not be told from what the kernel has written.
        boolean raw = !AcceptorLayout.has(acceptor, AcceptorLayout.UNIX);
        long peer = raw
                ? BytesApi.copy(address.address(), address.size())
                : Addresses.toPython(address.address(), address.size());
        long listener = Refs.retain(AcceptorLayout.object(acceptor, AcceptorLayout.SOCKET));
        Refs.retain(type); // a finaliser that the allocation runs may replace both
        try {
            return AcceptedLayout.create(type, loop, listener, fd, peer, raw);
        } finally {
            Refs.release(type);
            Refs.release(listener);
        }
    }

    /// Reads the socket's own address now: a program may ask for it when the socket is closed.
    private static void readOwnName(long transport, AddressBuffer address, int fd) {
        if (address.ownAddress(fd) >= 0) {
            long name = AddressCache.toPython(address.address(), address.size());
            Refs.replace(transport + AcceptedLayout.OWN_NAME, name);
        }
    }

    private static void connectIn(long acceptor, LoopEngine engine, long transport) {
        long server = AcceptorLayout.object(acceptor, AcceptorLayout.CONTEXT);
        boolean whole = ContextApi.isContext(server);
        long context = whole ? ContextApi.copy(server) : ContextApi.copyCurrent();
        try {
            if (whole) {
                Refs.replace(transport + TransportLayout.CONNECTION_CONTEXT, Refs.retain(context));
            }
            ContextApi.enter(context);
            try {
                connect(acceptor, engine, transport, context);
            } finally {
                ContextApi.exit(context);
            }
        } finally {
            Refs.release(context);
        }
    }

    /// @param context the current context, which belongs to the connection
    private static void connect(long acceptor, LoopEngine engine, long transport, long context) {
        long protocol = 0;
        try {
            if (engine.debug()) {
                logConnection(acceptor, transport);
            }
            protocol = makeProtocol(acceptor, engine);
            requireUnused(engine, AcceptedLayout.descriptor(transport));
            StreamType.setProtocol(transport, protocol);
            boolean knows = AcceptorLayout.has(acceptor, AcceptorLayout.SERVER_KNOWS_TRANSPORTS);
            AcceptedType.attachToServer(transport, AcceptorLayout.object(acceptor, AcceptorLayout.SERVER), knows);
            start(engine, transport, AcceptorLayout.has(acceptor, AcceptorLayout.UNIX), context);
        } catch (PyError raised) {
            failed(acceptor, engine, protocol);
        } finally {
            Refs.releaseIfAny(protocol);
        }
    }

    /// Attaches a transport that has a protocol to the loop, and schedules `connection_made()` and then the
    /// first read.
    ///
    /// @param unix whether it is a Unix socket
    /// @param context in which it reads, unless it has a context for everything
    /// @throws PyError what Python code has raised, most likely when it looked for the method
    static void start(LoopEngine engine, long transport, boolean unix, long context) {
        requireOpen(engine);
        StreamEngine stream = new StreamEngine(engine, transport, NONE, AcceptedLayout.descriptor(transport), unix);
        stream.attach();
        if (!engine.schedulesHere()) {
            CallApi.run(SCHEDULE_START, transport);
            return;
        }
        long protocol = TransportLayout.protocol(transport);
        long connectionMade;
        try {
            connectionMade = ObjectApi.getAttribute(protocol, CONNECTION_MADE.object());
        } finally {
            Refs.release(protocol);
        }
        try {
            requireOpen(engine);
            engine.callSoon(connectionMade, transport, TransportLayout.connectionContext(transport));
        } finally {
            Refs.release(connectionMade);
        }
        if (stream.self() != 0) { // finding the method can run Python code
            stream.beginSoon(context);
        }
    }

    @Owned
    private static long makeProtocol(long acceptor, LoopEngine engine) {
        ArgumentArray calls = engine.callArguments();
        long array = calls.take(1);
        long factory = Refs.retain(AcceptorLayout.object(acceptor, AcceptorLayout.PROTOCOL_FACTORY));
        long protocol = CallApi.vectorcall(factory, array, 0, 0);
        if (protocol == 0 && InterruptedCalls.wasPostponed(engine, factory)) {
            protocol = CallApi.vectorcall(factory, array, 0, 0);
        }
        Refs.release(factory);
        calls.giveBack(array);
        if (protocol != 0 && engine.isClosed()) {
            Refs.release(protocol);
            throw loopIsClosed();
        }
        return PyError.orThrow(protocol);
    }

    /// Python code that runs while a transport is made can close the loop.
    private static void requireOpen(LoopEngine engine) {
        if (engine.isClosed()) {
            throw loopIsClosed();
        }
    }

    private static PyError loopIsClosed() {
        return ErrorApi.raise(Singletons.RUNTIME_ERROR, "Event loop is closed");
    }

    /// Refuses a descriptor whose number belongs to a transport that has lost its socket.
    private static void requireUnused(LoopEngine engine, int fd) {
        if (engine.transports().isUsed(fd)) {
            long number = NumberApi.fromLong(fd);
            try {
                CallApi.run(ENSURE_FD_NO_TRANSPORT, engine.self(), number);
            } finally {
                Refs.release(number);
            }
        }
    }

    private static void logConnection(long acceptor, long transport) {
        CallApi.run(LOG_CONNECTION, acceptor, transport);
    }

    /// Deals with the pending exception as asyncio does: it is reported in debug mode only.
    ///
    /// @param protocol 0 if there is none
    /// @throws PyError SystemExit and KeyboardInterrupt
    private static void failed(long acceptor, LoopEngine engine, long protocol) {
        long exception = ErrorApi.takeRaised();
        if (Failures.leavesLoop(exception)) {
            ErrorApi.restore(exception);
            throw PyError.pending();
        }
        try {
            if (engine.debug()) {
                CallApi.run(REPORT_FAILURE, acceptor, exception, protocol == 0 ? NONE : protocol);
            }
        } finally {
            Refs.release(exception);
        }
    }
}
