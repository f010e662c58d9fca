package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.DatagramSockets;
import databridge.pyloop.libc.ErrnoCode;

/// What a datagram transport does when it is its turn to read: it receives up to [DatagramSockets#MOST_RECEIVED]
/// datagrams in one call and delivers them in one go; if there may be more, it takes another turn. Under the GIL.
final class DatagramInput {
    private static final PyName DATAGRAM_RECEIVED = PyName.of("datagram_received");
    private static final PyName READ = PyName.of("Fatal read error on datagram transport");

    private final DatagramEngine datagrams;
    private final DatagramErrors errors;
    private final boolean unix;
    private final ReceivedDatagrams received = new ReceivedDatagrams();

    DatagramInput(DatagramEngine datagrams, DatagramErrors errors, boolean unix) {
        this.datagrams = datagrams;
        this.errors = errors;
        this.unix = unix;
    }

    /// Whether something was received and is not delivered yet.
    boolean hasMore() {
        return !received.isEmpty();
    }

    void clear() {
        received.clear();
    }

    /// @return an exception that has to leave the loop, or 0
    @Owned
    long read() {
        long fatal = received.isEmpty() ? receiveBatch() : 0;
        while (fatal == 0 && !received.isEmpty() && datagrams.mayRead()) {
            fatal = deliver();
        }
        return fatal;
    }

    @Owned
    private long receiveBatch() {
        datagrams.readable = false;
        int count = DatagramSockets.receive(datagrams.descriptor(), unix);
        if (count < 0) {
            return receiveFailed(-count);
        }
        datagrams.readable = datagrams.moreThanData || count == DatagramSockets.MOST_RECEIVED;
        try {
            received.take(count);
            return 0;
        } catch (PyError noMemory) {
            return Failures.fatal(datagrams.engine, datagrams.self, READ.object());
        }
    }

    @Owned
    private long receiveFailed(int errno) {
        if (errno == ErrnoCode.EAGAIN) {
            datagrams.moreThanData = false;
            return 0;
        }
        // Such an error is over when it has been reported, unless there is no socket any more.
        datagrams.readable = errno != ErrnoCode.EBADF && errno != ErrnoCode.ENOTSOCK;
        return errno == ErrnoCode.EINTR ? 0 : errors.report(errno);
    }

    @Owned
    private long deliver() {
        long transport = datagrams.self;
        long data = received.data();
        long address = received.address();
        received.drop();
        long arguments = datagrams.engine.callArguments().take(3);
        long protocol = Refs.retain(Memory.getLong(datagrams.self + DatagramType.PROTOCOL));
        Memory.putLong(arguments, protocol);
        Memory.putLong(arguments + Long.BYTES, data);
        Memory.putLong(arguments + 2 * Long.BYTES, address);
        long result = CallApi.callMethodOf(DATAGRAM_RECEIVED, arguments, 3);
        datagrams.engine.callArguments().giveBack(arguments);
        long fatal = Failures.exceptionOf(datagrams.engine, transport, result);
        Refs.release(protocol);
        Refs.release(data);
        Refs.release(address);
        return fatal;
    }
}
