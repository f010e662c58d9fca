package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.libc.Epoll.EPOLLET;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;
import static databridge.pyloop.libc.Epoll.EPOLLPRI;
import static databridge.pyloop.libc.Epoll.EPOLLRDHUP;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.types.LoopPeer;
import databridge.pyloop.types.Receiver;
import org.jspecify.annotations.Nullable;

/// The Java half of a stream transport: what is read and written, and when.
///
/// Edge-triggered: the socket is registered once, in both directions.
///
/// A write below [#IMMEDIATE] bytes is put off to the end of the iteration, so that all of them leave together; a
/// larger one would only grow cold. Under the GIL.
final class Stream extends PolledTransport {
    private static final int INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

    private static final long DATA_RECEIVED = UnicodeApi.interned("data_received");
    private static final long GET_BUFFER = UnicodeApi.interned("get_buffer");
    private static final long BUFFER_UPDATED = UnicodeApi.interned("buffer_updated");
    private static final long MAYBE_RESUME = UnicodeApi.interned("_maybe_resume_protocol");
    private static final long ALL_SENT = UnicodeApi.interned("_all_sent");
    private static final long WRITE_FAILED = UnicodeApi.interned("_write_failed");
    private static final long ON_EOF = UnicodeApi.interned("_read_ready__on_eof");
    private static final long ANY_SIZE = NumberApi.fromLong(-1);

    private static final Fields FIELDS = new Fields(StreamType.READ_CONTEXT, StreamType.WRITE_CONTEXT);
    private static final NumberedTable<Stream> STREAMS = new NumberedTable<>();

    private final int number;
    private final boolean unix;
    private final WriteQueue unsent = new WriteQueue();
    private int lastRead;

    private Stream(LoopPeer peer, int number, long self, int fd, boolean unix) {
        super(peer, self, fd, FIELDS);
        this.number = number;
        this.unix = unix;
    }

    /// Makes the Java half of a transport object.
    ///
    /// @return its number, for the object's field
    static int open(LoopPeer peer, long self, int fd, boolean unix) {
        int number = STREAMS.freeNumber();
        STREAMS.put(number, new Stream(peer, number, self, fd, unix));
        return number;
    }

    /// The stream of a transport object; null before it has one, and when it is closed.
    static @Nullable Stream of(long self) {
        return STREAMS.get(Memory.getInt(self + StreamType.NUMBER));
    }

    /// Stops polling and gives everything up.
    void close() {
        STREAMS.remove(number);
        unsent.clear();
        end();
    }

    long unsent() {
        return unsent.bytes();
    }

    /// Takes a `bytes` object that is not empty.
    void write(long data) {
        long size = BytesApi.size(data);
        long sent = 0;
        if (unsent.isEmpty() && (size >= IMMEDIATE || !peer.running())) {
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
                Failures.raise(Failures.fatal(peer, self, Failures.WRITE));
                return;
            }
            try {
                size = BufferApi.size(view);
                long sent = 0;
                if (unsent.isEmpty() && (size >= IMMEDIATE || !peer.running())) {
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
        int result = unsent.sendTo(fd);
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

    // Reading.

    @Override
    @Owned
    long read() {
        readable = false;
        return Memory.getByte(self + StreamType.BUFFERED) != 0 ? readIntoBuffer() : readBytes();
    }

    @Owned
    private long readBytes() {
        long data = Receiver.receive(fd, lastRead, unix);
        if (data <= 0) {
            return nothingRead((int) data);
        }
        lastRead = (int) BytesApi.size(data);
        judge(lastRead, Receiver.MOST);
        long protocol = Refs.retain(Memory.getLong(self + StreamType.PROTOCOL));
        long result = peer.callArguments().callMethod(DATA_RECEIVED, protocol, data);
        long fatal = result == 0 ? Failures.fatal(peer, self, Failures.DATA_RECEIVED) : 0;
        Refs.releaseIfAny(result);
        Refs.release(protocol);
        Refs.release(data);
        return fatal;
    }

    @Owned
    private long readIntoBuffer() {
        long protocol = Refs.retain(Memory.getLong(self + StreamType.PROTOCOL));
        try {
            return readIntoBufferOf(protocol);
        } finally {
            Refs.release(protocol);
        }
    }

    @Owned
    private long readIntoBufferOf(long protocol) {
        long buffer = peer.callArguments().callMethod(GET_BUFFER, protocol, ANY_SIZE);
        if (buffer == 0) {
            return Failures.fatal(peer, self, Failures.GET_BUFFER);
        }
        int count;
        long size;
        try {
            long view = peer.view();
            long unsuitable = open(view, buffer);
            if (unsuitable != 0) {
                return Failures.fatal(peer, self, unsuitable);
            }
            try {
                size = BufferApi.size(view);
                count = Receiver.receiveInto(fd, BufferApi.data(view), size, unix);
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
        long result = peer.callArguments().callMethod(BUFFER_UPDATED, protocol, number);
        Refs.release(number);
        if (result == 0) {
            return Failures.fatal(peer, self, Failures.BUFFER_UPDATED);
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
            return Failures.GET_BUFFER;
        }
        return 0;
    }

    /// As asyncio, which first asks for the length and then hands the buffer to `recv_into`.
    private static long refuse(long buffer) {
        ErrorApi.clear();
        try {
            if (ObjectApi.length(buffer) == 0) {
                ErrorApi.raise(Singletons.RUNTIME_ERROR, "get_buffer() returned an empty buffer");
                return Failures.GET_BUFFER;
            }
        } catch (PyError noLength) {
            return Failures.GET_BUFFER;
        }
        ErrorApi.raise(
                Singletons.TYPE_ERROR,
                "recv_into() argument 1 must be read-write bytes-like object, not " + ObjectApi.typeName(buffer));
        return Failures.READ;
    }

    /// Whether there may be more to read, now that `count` of at most `size` bytes have come.
    private void judge(int count, long size) {
        readable = moreThanData || count == size || (unix && Sockets.endedAtControlData());
    }

    @Owned
    private long nothingRead(int result) {
        if (result == -ErrnoCode.EAGAIN) {
            moreThanData = false;
            return 0;
        }
        if (result == -ErrnoCode.EINTR) {
            readable = true;
            return 0;
        }
        if (result == 0) {
            readable = true; // an end stays an end, for whoever resumes reading
            return Failures.exceptionOf(peer, self, CallApi.callMethod(ON_EOF, self));
        }
        return Failures.fatal(peer, self, ErrorApi.osError(-result), Failures.READ);
    }

    // Writing.

    /// @return how much was sent, -1 if that failed for good
    private long sendNow(long data, long size) {
        int sent = Sockets.send(fd, data, size);
        if (sent >= 0) {
            return sent;
        }
        if (sent == -ErrnoCode.EAGAIN || sent == -ErrnoCode.EINTR) {
            return 0;
        }
        Failures.raise(Failures.fatal(peer, self, ErrorApi.osError(-sent), Failures.WRITE));
        return -1;
    }

    private void append(long data, long sent, boolean immediate) {
        long size = BytesApi.size(data) - sent;
        unsent.add(data, sent);
        afterAppend(size, immediate);
    }

    private void afterAppend(long size, boolean immediate) {
        if (!blocked && (immediate || !peer.running())) {
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
                    fatal = Failures.exceptionOf(peer, transport, 0);
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
            return Failures.fatal(peer, self, error, Failures.WRITE);
        }
        return unsent.isEmpty() ? allSent() : 0;
    }

    @Override
    @Owned
    long sendMore() {
        writable = false;
        int result = unsent.sendTo(fd);
        if (result < 0 && result != -ErrnoCode.EAGAIN) {
            dropUnsent();
            long error = ErrorApi.osError(-result);
            long failed = CallApi.callMethod(WRITE_FAILED, self, error);
            Refs.release(error);
            return Failures.exceptionOf(peer, self, failed);
        }
        boolean empty = unsent.isEmpty();
        if (empty) {
            unblock();
        }
        long fatal = 0;
        if (FlowControl.isPaused(self)) {
            fatal = Failures.exceptionOf(peer, self, CallApi.callMethod(MAYBE_RESUME, self));
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
        return waited || ending ? Failures.exceptionOf(peer, self, CallApi.callMethod(ALL_SENT, self)) : 0;
    }

    private void block() {
        if (!blocked) {
            blocked = true;
            if (!peer.watchers().isLentTo(fd, this)) {
                register();
            }
            awaitRoom();
        }
    }

    private void unblock() {
        if (blocked) {
            blocked = false;
            writable = false;
            peer.watchers().letGo(fd, EPOLLOUT);
        }
    }
}
