package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.libc.Epoll.EPOLLET;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;
import static databridge.pyloop.libc.Epoll.EPOLLPRI;
import static databridge.pyloop.libc.Epoll.EPOLLRDHUP;

import databridge.pyloop.collections.NumberTable;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a stream transport: when it reads, see [StreamInput], and what it writes.
///
/// Edge-triggered: the socket is registered once, in both directions.
///
/// A write below [#IMMEDIATE] bytes is put off to the end of the iteration, so that all of them leave together; a
/// larger one would only grow cold. Under the GIL.
final class StreamEngine extends TransportEngine {
    private static final int INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

    private static final PyName MAYBE_RESUME = PyName.of("_maybe_resume_protocol");
    private static final PyName ALL_SENT = PyName.of("_all_sent");
    private static final PyName WRITE_FAILED = PyName.of("_write_failed");

    private static final Fields FIELDS = new Fields();
    private static final NumberTable<StreamEngine> STREAMS = new NumberTable<>();

    private final int number;
    private final StreamInput input;
    private final WriteQueue unsent = new WriteQueue();

    static void bind() {
        FIELDS.bind(StreamType.READ_CONTEXT, StreamType.WRITE_CONTEXT, StreamType.SOCKET, StreamType.CONTEXT);
        STREAMS.clear();
    }

    private StreamEngine(LoopEngine engine, int number, long self, long socket, int fd, boolean unix) {
        super(engine, self, socket, fd, FIELDS);
        this.number = number;
        input = new StreamInput(this, unix);
    }

    /// Makes the Java half of a transport object.
    ///
    /// @param socket the socket object, None if there is none
    /// @return its number, for the object's field
    static int open(LoopEngine engine, long self, long socket, int fd, boolean unix) {
        int number = STREAMS.reserve();
        STREAMS.put(number, new StreamEngine(engine, number, self, socket, fd, unix));
        return number;
    }

    /// The stream of a transport object; null before it has one, and when it is closed.
    static @Nullable StreamEngine of(long self) {
        return STREAMS.get(Memory.getInt(self + StreamType.NUMBER));
    }

    /// Stops polling and gives everything up.
    ///
    /// @param closes whether the caller closes the descriptor next
    void close(boolean closes) {
        STREAMS.remove(number);
        unsent.clear();
        end(closes);
    }

    long unsent() {
        return unsent.bytes();
    }

    /// Takes a `bytes` object that is not empty.
    void write(long data) {
        long size = BytesApi.size(data);
        long sent = 0;
        if (unsent.isEmpty() && (size >= IMMEDIATE || !engine.running())) {
            sent = sendNow(BytesApi.data(data), size);
            if (sent < 0 || sent == size) {
                return;
            }
        }
        append(Refs.retain(data), sent, size >= IMMEDIATE);
    }

    /// Takes what else has a buffer; what is not sent at once is copied, for the owner may change it.
    void writeBuffer(long data) {
        long view = BufferApi.newView();
        long rest;
        long size;
        try {
            try {
                BufferApi.open(view, data);
            } catch (PyError notContiguous) {
                Failures.raise(Failures.fatal(engine, self, Failures.WRITE.object()));
                return;
            }
            try {
                size = BufferApi.size(view);
                long sent = 0;
                if (unsent.isEmpty() && (size >= IMMEDIATE || !engine.running())) {
                    sent = sendNow(BufferApi.data(view), size);
                    if (sent < 0 || sent == size) {
                        return;
                    }
                }
                rest = BytesApi.copy(BufferApi.data(view) + sent, size - sent);
            } finally {
                BufferApi.release(view);
            }
        } finally {
            Memory.free(view);
        }
        append(rest, 0, size >= IMMEDIATE);
    }

    /// The items of a tuple as `bytes`, 0 if one of them has no buffer.
    @Owned
    long copies(long items) {
        long copies = TupleApi.ofNone(TupleApi.size(items));
        for (long i = 0; i < TupleApi.size(items); i++) {
            long item = TupleApi.item(items, i);
            long copy;
            if (BytesApi.isExact(item)) {
                copy = Refs.retain(item);
            } else {
                try {
                    copy = BufferApi.copyOf(item);
                } catch (PyError unsuitable) {
                    ErrorApi.clear();
                    Refs.release(copies);
                    return 0;
                }
            }
            TupleApi.put(copies, i, copy);
        }
        return copies;
    }

    /// Takes a tuple of `bytes` objects.
    void writeAll(long items) {
        long total = 0;
        for (long i = 0; i < TupleApi.size(items); i++) {
            long item = TupleApi.item(items, i);
            if (BytesApi.size(item) > 0) {
                unsent.add(Refs.retain(item), 0);
                total += BytesApi.size(item);
            }
        }
        if (total > 0) {
            afterAppend(total, total >= IMMEDIATE);
        }
    }

    /// Sends what was put off.
    ///
    /// @return the OSError that ended it, or 0
    @Owned
    long sendDeferred() {
        if (blocked || unsent.isEmpty()) {
            return 0;
        }
        int result = unsent.sendTo(descriptor());
        if (result == 0) {
            return 0;
        }
        if (result == -ErrnoCode.EAGAIN) {
            block();
            return 0;
        }
        unsent.clear();
        return ErrorApi.osError(-result);
    }

    void dropUnsent() {
        unsent.clear();
        unblock();
    }

    @Override
    boolean mayRead() {
        return readable && isReading();
    }

    @Override
    long waitingBytes() {
        return unsent.bytes();
    }

    @Override
    int interest() {
        return INTEREST;
    }

    @Override
    @Owned
    long read() {
        readable = false;
        return input.read();
    }

    /// @return how much was sent, -1 if that failed for good
    private long sendNow(long data, long size) {
        int sent = Sockets.send(descriptor(), data, size);
        if (sent >= 0) {
            return sent;
        }
        if (sent == -ErrnoCode.EAGAIN || sent == -ErrnoCode.EINTR) {
            return 0;
        }
        Failures.raise(Failures.fatal(engine, self, ErrorApi.osError(-sent), Failures.WRITE.object()));
        return -1;
    }

    private void append(long data, long sent, boolean immediate) {
        long size = BytesApi.size(data) - sent;
        unsent.add(data, sent);
        afterAppend(size, immediate);
    }

    private void afterAppend(long size, boolean immediate) {
        if (!blocked && (immediate || !engine.running())) {
            Failures.raise(flush());
        } else if (!blocked) {
            deferral.add(size);
        }
        maybePause();
    }

    @Override
    void flushDeferred() {
        if (self != 0 && !blocked && !unsent.isEmpty()) {
            long transport = self;
            long fatal = flush();
            if (fatal == 0) {
                try {
                    maybePause();
                } catch (PyError raised) {
                    fatal = Failures.exceptionOf(engine, transport, 0);
                }
            }
            Failures.raise(fatal);
        }
    }

    /// @return an exception that has to leave the loop, or 0
    @Owned
    private long flush() {
        long error = sendDeferred();
        if (error != 0) {
            return Failures.fatal(engine, self, error, Failures.WRITE.object());
        }
        return unsent.isEmpty() ? allSent() : 0;
    }

    @Override
    @Owned
    long sendMore() {
        writable = false;
        int result = unsent.sendTo(descriptor());
        if (result < 0 && result != -ErrnoCode.EAGAIN) {
            dropUnsent();
            long error = ErrorApi.osError(-result);
            long failed = CallApi.callMethod(WRITE_FAILED, self, error);
            Refs.release(error);
            return Failures.exceptionOf(engine, self, failed);
        }
        boolean empty = unsent.isEmpty();
        if (empty) {
            unblock();
        }
        long fatal = 0;
        if (FlowControl.isPaused(self)) {
            fatal = Failures.exceptionOf(engine, self, CallApi.callMethod(MAYBE_RESUME, self));
        }
        if (fatal == 0 && empty && unsent.isEmpty()) {
            fatal = allSent();
        }
        return fatal;
    }

    @Owned
    private long allSent() {
        long waiter = Memory.getLong(self + StreamType.EMPTY_WAITER);
        boolean waited = waiter != 0 && waiter != NONE;
        boolean ending = Memory.getByte(self + StreamType.CLOSING) != 0 || Memory.getByte(self + StreamType.EOF) != 0;
        return waited || ending ? Failures.exceptionOf(engine, self, CallApi.callMethod(ALL_SENT, self)) : 0;
    }

    private void block() {
        if (!blocked) {
            blocked = true;
            if (!engine.watchers().isLentTo(fd, this)) {
                register();
            }
            awaitRoom();
        }
    }

    private void unblock() {
        if (blocked) {
            blocked = false;
            writable = false;
            engine.watchers().letGo(fd, EPOLLOUT);
        }
    }
}
