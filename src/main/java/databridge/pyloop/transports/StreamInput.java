package databridge.pyloop.transports;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.receiving.Receiver;

/// What a stream transport does when it is its turn to read: one call of the kernel, then one of the protocol, which is
/// a `Protocol` or a `BufferedProtocol`. Under the GIL.
final class StreamInput {
    private static final PyName DATA_RECEIVED = PyName.of("data_received");
    private static final PyName GET_BUFFER = PyName.of("get_buffer");
    private static final PyName BUFFER_UPDATED = PyName.of("buffer_updated");
    private static final PyName ON_EOF = PyName.of("_read_ready__on_eof");
    private static long ANY_SIZE;

    private final StreamEngine stream;
    private final boolean unix;
    /// How the next message is received, see [Receiver#roomAfter].
    private int room;

    static void bind() {
        ANY_SIZE = NumberApi.fromLong(-1);
    }

    StreamInput(StreamEngine stream, boolean unix) {
        this.stream = stream;
        this.unix = unix;
    }

    /// Reads once and hands on what came.
    ///
    /// @return an exception that has to leave the loop, or 0
    @Owned
    long read() {
        return Memory.getByte(stream.self + StreamType.BUFFERED) != 0 ? readIntoBuffer() : readBytes();
    }

    @Owned
    private long readBytes() {
        long data = Receiver.receive(stream.descriptor(), room, unix);
        if (data <= 0) {
            return nothingRead((int) data);
        }
        int count = (int) BytesApi.size(data);
        judge(count, Receiver.asked(room));
        long protocol = Refs.retain(Memory.getLong(stream.self + StreamType.PROTOCOL));
        long result = stream.engine.callArguments().callMethod(DATA_RECEIVED, protocol, data);
        long fatal = result == 0 ? Failures.fatal(stream.engine, stream.self, Failures.DATA_RECEIVED.object()) : 0;
        Refs.releaseIfAny(result);
        Refs.release(protocol);
        room = Receiver.roomAfter(count, Receiver.giveBack(data, room));
        return fatal;
    }

    @Owned
    private long readIntoBuffer() {
        long protocol = Refs.retain(Memory.getLong(stream.self + StreamType.PROTOCOL));
        try {
            return readIntoBufferOf(protocol);
        } finally {
            Refs.release(protocol);
        }
    }

    @Owned
    private long readIntoBufferOf(long protocol) {
        long buffer = stream.engine.callArguments().callMethod(GET_BUFFER, protocol, ANY_SIZE);
        if (buffer == 0) {
            return Failures.fatal(stream.engine, stream.self, Failures.GET_BUFFER.object());
        }
        int count;
        long size;
        try {
            long view = stream.engine.view();
            long unsuitable = open(view, buffer);
            if (unsuitable != 0) {
                return Failures.fatal(stream.engine, stream.self, unsuitable);
            }
            try {
                size = BufferApi.size(view);
                count = Receiver.receiveInto(stream.descriptor(), BufferApi.data(view), size, unix);
            } finally {
                BufferApi.release(view);
            }
        } finally {
            Refs.release(buffer);
        }
        if (count <= 0) {
            return nothingRead(count);
        }
        judge(count, size);
        long number = NumberApi.fromLong(count);
        long result = stream.engine.callArguments().callMethod(BUFFER_UPDATED, protocol, number);
        Refs.release(number);
        if (result == 0) {
            return Failures.fatal(stream.engine, stream.self, Failures.BUFFER_UPDATED.object());
        }
        Refs.release(result);
        return 0;
    }

    /// Opens a view on what a protocol gave to read into.
    ///
    /// @return 0, or with a pending exception the message about it
    private static long open(long view, long buffer) {
        try {
            BufferApi.openWritable(view, buffer);
        } catch (PyError notWritable) {
            return refuse(buffer);
        }
        if (BufferApi.size(view) == 0) {
            BufferApi.release(view);
            ErrorApi.raise(Singletons.RUNTIME_ERROR, "get_buffer() returned an empty buffer");
            return Failures.GET_BUFFER.object();
        }
        return 0;
    }

    /// As asyncio, which first asks for the length and then hands the buffer to `recv_into`.
    private static long refuse(long buffer) {
        ErrorApi.clear();
        try {
            if (ObjectApi.length(buffer) == 0) {
                ErrorApi.raise(Singletons.RUNTIME_ERROR, "get_buffer() returned an empty buffer");
                return Failures.GET_BUFFER.object();
            }
        } catch (PyError noLength) {
            return Failures.GET_BUFFER.object();
        }
        ErrorApi.raise(
                Singletons.TYPE_ERROR,
                "recv_into() argument 1 must be read-write bytes-like object, not " + ObjectApi.typeName(buffer));
        return Failures.READ.object();
    }

    /// Whether there may be more to read, now that `count` of at most `size` bytes have come.
    private void judge(int count, long size) {
        stream.readable = stream.moreThanData || count == size || (unix && Sockets.endedAtControlData());
    }

    @Owned
    private long nothingRead(int result) {
        if (result == -ErrnoCode.EAGAIN) {
            stream.moreThanData = false;
            return 0;
        }
        if (result == -ErrnoCode.EINTR) {
            stream.readable = true;
            return 0;
        }
        if (result == 0) {
            stream.readable = true; // an end stays an end, for whoever resumes reading
            return Failures.exceptionOf(stream.engine, stream.self, CallApi.callMethod(ON_EOF, stream.self));
        }
        return Failures.fatal(stream.engine, stream.self, ErrorApi.osError(-result), Failures.READ.object());
    }
}
