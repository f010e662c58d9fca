package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.DatagramBuffers;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.loop.InterruptedCalls;

/// The input of a datagram transport. In its turn it receives up to [DatagramSockets#MOST_RECEIVED] datagrams
/// in one call and delivers them; if there may be more, it is queued again. Under the GIL.
final class DatagramInput {
    private static final PyName DATAGRAM_RECEIVED = PyName.of("datagram_received");

    private final TransportEngine transport;
    private final boolean unix;
    private final ReceivedDatagrams received = new ReceivedDatagrams();

    /// @param unix whether it is a Unix socket, whose datagrams may be larger
    DatagramInput(TransportEngine transport, boolean unix) {
        this.transport = transport;
        this.unix = unix;
    }

    /// Whether something was received and is not delivered yet.
    boolean hasReceived() {
        return !received.isEmpty();
    }

    /// Drops what is not delivered yet.
    void clear() {
        received.clear();
    }

    /// Receives, unless datagrams are left of the last time, and delivers until reading is paused.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    long read() {
        long leaving = received.isEmpty() ? receiveBatch() : 0;
        while (leaving == 0 && !received.isEmpty() && transport.isReading()) {
            leaving = deliver();
        }
        return leaving;
    }

    @Owned
    private long receiveBatch() {
        DatagramSockets sockets = transport.engine.scratch().datagrams();
        DatagramBuffers buffers = unix ? sockets.unixBuffers() : sockets.inetBuffers();
        transport.readiness.beginReading();
        int count = buffers.receive(transport.descriptor());
        if (count < 0) {
            return receiveFailed(-count);
        }
        transport.readiness.dataRead(count == DatagramSockets.MOST_RECEIVED);
        try {
            received.take(buffers, count);
            return 0;
        } catch (PyError noMemory) {
            return Failures.fatal(transport.engine, transport.self(), Failures.READ_DATAGRAM);
        }
    }

    @Owned
    private long receiveFailed(int errno) {
        if (errno == Errno.EAGAIN) {
            transport.readiness.nothingLeft();
            return 0;
        }
        // The kernel reports such an error once, unless there is no socket any more.
        if (errno != Errno.EBADF && errno != Errno.ENOTSOCK) {
            transport.readiness.readAgain();
        }
        return errno == Errno.EINTR ? 0 : DatagramErrors.deliverAndReport(transport.engine, transport.self(), errno);
    }

    @Owned
    private long deliver() {
        long self = transport.self();
        long data = received.data();
        long address = received.address();
        received.advance();
        long arguments = transport.engine.callArguments().take(3);
        long protocol = TransportLayout.protocol(self);
        Memory.putLong(arguments, protocol);
        Memory.putLong(arguments + Long.BYTES, data);
        Memory.putLong(arguments + 2 * Long.BYTES, address);
        long result = CallApi.callMethodOf(DATAGRAM_RECEIVED, arguments, 3);
        if (result == 0 && InterruptedCalls.wasPostponed(transport.engine, DATAGRAM_RECEIVED, protocol)) {
            result = CallApi.callMethodOf(DATAGRAM_RECEIVED, arguments, 3);
        }
        transport.engine.callArguments().giveBack(arguments);
        long leaving = Failures.reportIfFailed(transport.engine, self, result);
        Refs.release(protocol);
        Refs.release(data);
        Refs.release(address);
        return leaving;
    }
}
