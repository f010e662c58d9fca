package databridge.pyloop.transports;

import databridge.pyloop.cpython.Owned;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.SocketAddress;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a datagram transport: it joins [DatagramInput] and [DatagramOutput].
///
/// Edge-triggered, as [StreamEngine]; but the socket is polled for writing only while it is full. Under the GIL.
final class DatagramEngine extends TransportEngine {
    private final boolean writableInEdges;
    private final DatagramInput input;
    private final DatagramOutput output;

    /// @param self the transport object, borrowed
    /// @param socket the socket object
    /// @param family of the addresses, an `AF_*` constant
    /// @param connected whether the kernel knows where datagrams go
    /// @param header how many bytes each datagram adds to the size of what is to be sent
    DatagramEngine(LoopEngine engine, long self, long socket, int fd, int family, boolean connected, int header) {
        super(engine, self, socket, fd);
        boolean unix = family == SocketAddress.AF_UNIX;
        // An unconnected Unix socket is always reported writable, whatever the receiver's queue: there are no edges.
        writableInEdges = !unix || connected;
        input = new DatagramInput(this, unix);
        output = new DatagramOutput(this, family, connected, header);
    }

    /// The engine of a datagram transport object; null before it has one, and when it is closed.
    static @Nullable DatagramEngine of(long self) {
        return (DatagramEngine) WriterEngine.of(self);
    }

    DatagramOutput output() {
        return output;
    }

    @Override
    boolean begins() {
        return false;
    }

    @Override
    int interest() {
        if (!isBlocked()) {
            return Interest.READ | Interest.EDGE_TRIGGERED;
        }
        return Interest.READ | Interest.WRITE | (writableInEdges ? Interest.EDGE_TRIGGERED : 0);
    }

    @Override
    void pollForWriting() {
        // asyncio's own method may have made the loop watch the socket. That ends here.
        boolean taken = !isRegistered();
        register();
        if (taken
                && Memory.getLong(self() + TransportLayout.READ_CONTEXT) != 0
                && TransportLayout.wantsToRead(self())) {
            becomeReader();
        }
    }

    @Override
    void pollForReadingOnly() {
        if (isRegistered()) {
            register();
        }
    }

    @Override
    boolean hasReceived() {
        return input.hasReceived();
    }

    @Override
    @Owned
    long read() {
        return input.read();
    }

    @Override
    @Owned
    long sendMore() {
        return output.sendMore();
    }

    @Override
    long unsent() {
        return output.size();
    }

    @Override
    void dropUnsent() {
        output.clear();
        unblock();
    }

    @Override
    void dispose(long transport, boolean closes) {
        output.clear();
        input.clear();
        super.dispose(transport, closes);
    }
}
