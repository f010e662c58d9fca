package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.receiving.Receiver;

/// What a stream transport does when it is its turn to read: one system call, whose result goes to the [InputHandler].
/// What the result says about the socket is noted before, for the handler may run any code. Under the GIL.
final class StreamInput {
    private final TransportEngine transport;
    private final InputHandler handler;
    private final boolean unix;

    /// @param unix see [Sockets#receiveMessage]
    StreamInput(TransportEngine transport, InputHandler handler, boolean unix) {
        this.transport = transport;
        this.handler = handler;
        this.unix = unix;
    }

    /// Reads once and hands on what came.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    long read() {
        long self = transport.self();
        transport.readiness.beginReading();
        return handler.usesBuffer(self) ? readIntoBuffer(self) : readBytes(self);
    }

    @Owned
    private long readBytes(long self) {
        int reception = handler.reception();
        long data = Receiver.receive(transport.descriptor(), reception, unix);
        if (data <= 0) {
            note((int) data, 1);
            return nothingRead(self, (int) data);
        }
        note((int) BytesApi.size(data), Receiver.asked(reception));
        return handler.received(self, data);
    }

    @Owned
    private long readIntoBuffer(long self) {
        long leaving = handler.openBuffer(self);
        long size = handler.bufferSize();
        if (size == 0) {
            return leaving;
        }
        int count = Receiver.receiveInto(transport.descriptor(), handler.bufferAddress(), size, unix);
        note(count, size);
        leaving = handler.closeBuffer(self, count);
        return leaving == 0 && count <= 0 ? nothingRead(self, count) : leaving;
    }

    /// Notes what a result says about the socket.
    ///
    /// @param result how many bytes came, 0 at the end of the stream, or `-errno`
    /// @param size how many bytes were asked for
    private void note(int result, long size) {
        if (result > 0) {
            transport.readiness.dataRead(result == size || (unix && Sockets.endedAtControlData()));
        } else if (result == -ErrnoCode.EAGAIN) {
            transport.readiness.nothingLeft();
        } else if (result == 0 || result == -ErrnoCode.EINTR) {
            transport.readiness.readAgain(); // the end of a stream stays, for the next one who resumes reading
        }
    }

    @Owned
    private long nothingRead(long self, int result) {
        if (result == 0) {
            return handler.ended(self);
        }
        boolean passing = result == -ErrnoCode.EAGAIN || result == -ErrnoCode.EINTR;
        return passing ? 0 : handler.failed(self, -result);
    }
}
