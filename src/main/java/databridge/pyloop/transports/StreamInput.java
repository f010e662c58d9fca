package databridge.pyloop.transports;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Faults;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.receiving.Receiver;
import databridge.pyloop.receiving.Reception;
import org.jspecify.annotations.Nullable;

/// The input of a stream transport. In its turn it makes one system call and passes the result to the
/// [InputHandler]. Before that it notes what the result says about the socket, because the handler may run
/// any code. Under the GIL.
final class StreamInput {
    private final TransportEngine transport;
    private final InputHandler handler;
    private final boolean unix;
    private @Nullable InputFilter filter;

    /// @param unix whether it is a Unix socket, see [Receiver#receive]
    StreamInput(TransportEngine transport, InputHandler handler, boolean unix) {
        this.transport = transport;
        this.handler = handler;
        this.unix = unix;
    }

    /// Passes what is read to a filter, as long as the transport has the protocol that it works for.
    void interpose(InputFilter inputFilter) {
        filter = inputFilter;
    }

    /// Reads once and passes on what came.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    long read() {
        long self = transport.self();
        try {
            InputFilter present = filter;
            if (present != null && present.isFor(Memory.getLong(self + TransportLayout.PROTOCOL))) {
                return readIntoFilter(self, present);
            }
            return handler.usesBuffer(self) ? readIntoBuffer(self) : readBytes(self);
        } catch (Throwable fault) {
            transport.readiness.readAgain();
            throw fault;
        }
    }

    @Owned
    private long readBytes(long self) {
        Reception reception = handler.reception();
        Receiver receiver = transport.engine.scratch().receiver();
        long data;
        transport.readiness.beginReading();
        try {
            data = receiver.receive(transport.descriptor(), reception, unix);
        } catch (PyError noMemory) {
            // The kernel may have handed over bytes for which there is no object, so the stream cannot go on.
            return handler.failed(self, ErrorApi.takeRaised());
        }
        if (data <= 0) {
            note(receiver, (int) data, 0);
            return nothingRead(self, (int) data);
        }
        note(receiver, (int) BytesApi.size(data), reception.capacity());
        return handler.received(self, data);
    }

    @Owned
    private long readIntoBuffer(long self) {
        long leaving = handler.openBuffer(self);
        long size = handler.bufferSize();
        if (size == 0) {
            return leaving;
        }
        int count = 0;
        try {
            // Not before: opening the buffer can run Python code, which can close the loop.
            Receiver receiver = transport.engine.scratch().receiver();
            transport.readiness.beginReading();
            count = receiver.receiveInto(transport.descriptor(), handler.bufferAddress(), size, unix);
            note(receiver, count, size);
        } finally {
            leaving = handler.closeBuffer(self, count);
        }
        return leaving == 0 && count <= 0 ? nothingRead(self, count) : leaving;
    }

    @Owned
    private long readIntoFilter(long self, InputFilter present) {
        Receiver receiver = transport.engine.scratch().receiver();
        int size = present.size();
        long address = present.address();
        transport.readiness.beginReading();
        int count = receiver.receiveInto(transport.descriptor(), address, size, unix);
        note(receiver, count, size);
        if (count <= 0) {
            return nothingRead(self, count);
        }
        try {
            present.received(count);
            return 0;
        } catch (Throwable thrown) {
            Faults.report(thrown); // the bytes are gone, so whatever was thrown ends the connection
            return Failures.fatal(transport.engine, self, Failures.BUFFER_UPDATED);
        }
    }

    /// Notes what a result says about the socket.
    ///
    /// @param result how many bytes came, 0 at the end of the stream, or `-errno`
    /// @param size how many bytes were asked for
    private void note(Receiver receiver, int result, long size) {
        if (result > 0) {
            transport.readiness.dataRead(receiver.mayHaveMore(result, size, unix));
        } else if (result == -Errno.EAGAIN) {
            transport.readiness.nothingLeft();
        } else if (result == 0 || result == -Errno.EINTR) {
            transport.readiness.readAgain(); // the end of a stream stays: reading finds it again when it is resumed
        }
    }

    @Owned
    private long nothingRead(long self, int result) {
        if (result == 0) {
            return handler.ended(self);
        }
        boolean passing = result == -Errno.EAGAIN || result == -Errno.EINTR;
        return passing ? 0 : handler.failed(self, OsErrors.of(-result));
    }
}
