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
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.loop.InterruptedCalls;
import databridge.pyloop.loop.LoopEngine;
import databridge.pyloop.receiving.Reception;
import org.jspecify.annotations.Nullable;

/// Delivers what a stream transport receives to its protocol: by `data_received` to a `Protocol`, by
/// `get_buffer` and `buffer_updated` to a `BufferedProtocol`. Exceptions of the protocol are fatal errors, as
/// in asyncio. Under the GIL.
final class ProtocolDelivery implements InputHandler {
    private static final PyName DATA_RECEIVED = PyName.of("data_received");
    private static final PyName GET_BUFFER = PyName.of("get_buffer");
    private static final PyName BUFFER_UPDATED = PyName.of("buffer_updated");
    private static final PyName EOF_RECEIVED = PyName.of("eof_received");
    private static final PyName CLOSE = PyName.of("close");
    private static final PyName STAY_OPEN = PyName.of("_stay_open");
    private static final PyName ON_EOF = PyName.of("_read_ready__on_eof");
    private static final String EMPTY_BUFFER = "get_buffer() returned an empty buffer";
    private static long ANY_SIZE;

    private final LoopEngine engine;
    private Reception reception = Reception.COPIED;

    // Set while a buffer is open, in which time no Python code runs: owned references, and what the
    // view describes.
    private long bufferProtocol;
    private long buffer;
    private long view;
    private ReusableBlock viewOwner;
    private long bufferAddress;
    private long bufferSize;

    static void bind() {
        ANY_SIZE = NumberApi.fromLong(-1);
    }

    ProtocolDelivery(LoopEngine engine) {
        this.engine = engine;
        viewOwner = engine.scratch().view();
    }

    @Override
    public boolean usesBuffer(long transport) {
        return StreamLayout.isBuffered(transport);
    }

    @Override
    public Reception reception() {
        return reception;
    }

    @Override
    @Owned
    public long received(long transport, @Stolen long data) {
        int count = (int) BytesApi.size(data);
        Reception receivedAs = reception;
        long protocol = TransportLayout.protocol(transport);
        long result = InterruptedCalls.call(engine, DATA_RECEIVED, protocol, data);
        long leaving = result == 0 ? Failures.fatal(engine, transport, Failures.DATA_RECEIVED) : 0;
        Refs.releaseIfAny(result);
        Refs.release(protocol);
        // The protocol may have closed the loop, so this can be another receiver.
        boolean kept = engine.scratch().receiver().giveBack(data, receivedAs);
        reception = Reception.after(count, kept);
        return leaving;
    }

    @Override
    @Owned
    public long openBuffer(long transport) {
        bufferSize = 0;
        long protocol = TransportLayout.protocol(transport);
        long object = InterruptedCalls.call(engine, GET_BUFFER, protocol, ANY_SIZE);
        ReusableBlock views = engine.scratch().view();
        long opened = views.take(BufferApi.VIEW_SIZE);
        PyName refusal = object == 0 ? Failures.GET_BUFFER : openView(opened, object);
        if (refusal != null) {
            views.giveBack(opened);
            long leaving = Failures.fatal(engine, transport, refusal);
            Refs.releaseIfAny(object);
            Refs.release(protocol);
            return leaving;
        }
        bufferProtocol = protocol;
        buffer = object;
        viewOwner = views;
        view = opened;
        bufferAddress = BufferApi.data(opened);
        bufferSize = BufferApi.size(opened);
        return 0;
    }

    @Override
    public long bufferAddress() {
        return bufferAddress;
    }

    @Override
    public long bufferSize() {
        return bufferSize;
    }

    @Override
    @Owned
    public long closeBuffer(long transport, int count) {
        long protocol = bufferProtocol;
        long object = buffer;
        bufferSize = 0;
        long opened = view;
        ReusableBlock views = viewOwner;
        BufferApi.release(opened); // from here on Python code may run
        views.giveBack(opened);
        Refs.release(object);
        try {
            return count > 0 ? bufferUpdated(transport, protocol, count) : 0;
        } finally {
            Refs.release(protocol);
        }
    }

    @Override
    @Owned
    public long ended(long transport) {
        if (engine.debug()) { // asyncio logs it
            return Failures.reportIfFailed(engine, transport, CallApi.callMethod(ON_EOF, transport));
        }
        long protocol = TransportLayout.protocol(transport);
        long answer = InterruptedCalls.call(engine, EOF_RECEIVED, protocol);
        Refs.release(protocol);
        if (answer == 0) {
            return Failures.fatal(engine, transport, Failures.EOF_RECEIVED);
        }
        boolean staysOpen;
        try {
            staysOpen = ObjectApi.isTrue(answer);
        } catch (PyError undecided) {
            return Failures.report(engine, transport);
        } finally {
            Refs.release(answer);
        }
        long done = staysOpen ? CallApi.callMethod(STAY_OPEN, transport) : CallApi.callMethod(CLOSE, transport);
        return Failures.reportIfFailed(engine, transport, done);
    }

    @Override
    @Owned
    public long failed(long transport, @Stolen long exception) {
        return Failures.fatal(engine, transport, exception, Failures.READ);
    }

    @Owned
    private long bufferUpdated(long transport, long protocol, int count) {
        long number = NumberApi.fromLong(count);
        long result = InterruptedCalls.call(engine, BUFFER_UPDATED, protocol, number);
        Refs.release(number);
        if (result == 0) {
            return Failures.fatal(engine, transport, Failures.BUFFER_UPDATED);
        }
        Refs.release(result);
        return 0;
    }

    /// Opens the view of the buffer that a protocol has returned.
    ///
    /// @return null, or the message of a failure, whose exception is pending
    private static @Nullable PyName openView(long view, long object) {
        try {
            BufferApi.openWritable(view, object);
        } catch (PyError notWritable) {
            return refuse(object);
        }
        if (BufferApi.size(view) == 0) {
            BufferApi.release(view);
            ErrorApi.raise(Singletons.RUNTIME_ERROR, EMPTY_BUFFER);
            return Failures.GET_BUFFER;
        }
        return null;
    }

    /// Raises what asyncio raises, which first takes the length of the buffer and then passes it
    /// to `recv_into`.
    private static PyName refuse(long object) {
        ErrorApi.clear();
        try {
            if (ObjectApi.length(object) == 0) {
                ErrorApi.raise(Singletons.RUNTIME_ERROR, EMPTY_BUFFER);
                return Failures.GET_BUFFER;
            }
        } catch (PyError noLength) {
            return Failures.GET_BUFFER;
        }
        ErrorApi.raise(
                Singletons.TYPE_ERROR,
                "recv_into() argument 1 must be read-write bytes-like object, not " + ObjectApi.typeName(object));
        return Failures.READ;
    }
}
