package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.libc.Epoll.EPOLLERR;
import static databridge.pyloop.libc.Epoll.EPOLLET;
import static databridge.pyloop.libc.Epoll.EPOLLHUP;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;
import static databridge.pyloop.libc.Epoll.EPOLLPRI;
import static databridge.pyloop.libc.Epoll.EPOLLRDHUP;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.ReadyTask;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Sockets;
import databridge.pyloop.types.LoopPeer;
import databridge.pyloop.types.Receiver;
import org.jspecify.annotations.Nullable;

/// The Java half of a stream transport: what is read and written, and when.
///
/// Edge-triggered: the socket is registered once, in both directions. An event only marks the stream readable or
/// writable and queues it; its turn comes among the callbacks, as asyncio has it. What has been marked stays marked
/// until a call of the kernel has shown that there is no more, however long reading is paused meanwhile.
///
/// A write below [#IMMEDIATE] bytes is put off to the end of the iteration, so that all of them leave together; a
/// larger one would only grow cold. Under the GIL.
final class Stream implements PollHandle, ReadyTask {
    private static final int INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    private static final int MAY_READ = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLERR | EPOLLHUP;
    private static final int MAY_WRITE = EPOLLOUT | EPOLLERR | EPOLLHUP;
    /// A short read does not tell that nothing is left: an end, an error or urgent data comes behind it.
    private static final int MORE_THAN_DATA = MAY_READ & ~EPOLLIN;

    private static final int IMMEDIATE = 4 * 1024;

    private static final long DATA_RECEIVED = UnicodeApi.interned("data_received");
    private static final long GET_BUFFER = UnicodeApi.interned("get_buffer");
    private static final long BUFFER_UPDATED = UnicodeApi.interned("buffer_updated");
    private static final long IO_HANDLE = UnicodeApi.interned("_io_handle");
    private static final long MAYBE_PAUSE = UnicodeApi.interned("_maybe_pause_protocol");
    private static final long MAYBE_RESUME = UnicodeApi.interned("_maybe_resume_protocol");
    private static final long ALL_SENT = UnicodeApi.interned("_all_sent");
    private static final long WRITE_FAILED = UnicodeApi.interned("_write_failed");
    private static final long ON_EOF = UnicodeApi.interned("_read_ready__on_eof");
    private static final long ANY_SIZE = NumberApi.fromLong(-1);
    private static final long VIEW = BufferApi.newView();

    private static final NumberedTable<Stream> STREAMS = new NumberedTable<>();

    private final LoopPeer peer;
    private final int number;
    private final int fd;
    private final boolean unix;
    private final long task;
    private final WriteQueue unsent = new WriteQueue();
    private final Deferral deferral;
    private long self;
    private int lastRead;
    private boolean queued;
    private boolean readable;
    private boolean moreThanData;
    private boolean writable;
    private boolean blocked;

    private Stream(LoopPeer peer, int number, long self, int fd, boolean unix) {
        this.peer = peer;
        this.number = number;
        this.self = self;
        this.fd = fd;
        this.unix = unix;
        task = peer.core().addTask(this);
        deferral = new Deferral(peer.core(), self, this::flushDeferred);
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
        self = 0;
        if (!peer.isClosed()) {
            peer.watchers().takeBack(fd, this);
            peer.core().removeTask(task);
        }
    }

    /// Reads from now on, in a copy of the current context.
    ///
    /// @throws PyError OSError if epoll does not take the socket
    void startReading() {
        register();
        setContext(StreamType.READ_CONTEXT);
        peer.watchers().hold(fd, EPOLLIN, Refs.retain(self));
        enqueueIfDue();
    }

    long unsent() {
        return unsent.bytes();
    }

    @Override
    public void ready(int unused, int events) {
        if ((events & MAY_READ) != 0) {
            readable = true;
            moreThanData |= (events & MORE_THAN_DATA) != 0;
        }
        if (blocked && (events & MAY_WRITE) != 0) {
            writable = true;
        }
        enqueueIfDue();
    }

    @Override
    public void run() {
        queued = false;
        if (self != 0) {
            long object = Refs.retain(self);
            long fatal = 0;
            if (readable && reading()) {
                fatal = runIn(StreamType.READ_CONTEXT);
            }
            if (fatal == 0 && writable) {
                fatal = runIn(StreamType.WRITE_CONTEXT);
            }
            finish(object, fatal);
        }
    }

    /// As [#run] for a handle of asyncio's, which measures it and has entered the context.
    void runInDebugMode() {
        queued = false;
        long object = Refs.retain(self);
        long fatal = readable && reading() ? read() : 0;
        if (fatal == 0 && writable) {
            fatal = sendMore();
        }
        finish(object, fatal);
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
                long view = BufferApi.newView();
                try {
                    BufferApi.open(view, item);
                    copy = BytesApi.copy(BufferApi.data(view), BufferApi.size(view));
                    BufferApi.release(view);
                } catch (PyError unsuitable) {
                    ErrorApi.clear();
                    Refs.release(copies);
                    return 0;
                } finally {
                    Memory.free(view);
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

    @Owned
    private long runIn(long contextField) {
        long context = Refs.retain(Memory.getLong(self + contextField));
        long fatal;
        try {
            ContextApi.enter(context);
            try {
                fatal = contextField == StreamType.READ_CONTEXT ? read() : sendMore();
            } catch (PyError raised) {
                fatal = Failures.exceptionOf(peer, self, 0);
            }
            ContextApi.exit(context);
        } catch (PyError entered) {
            fatal = Failures.exceptionOf(peer, self, 0);
        }
        Refs.release(context);
        return fatal;
    }

    private void finish(long object, long fatal) {
        enqueueIfDue();
        Refs.release(object);
        Failures.raise(fatal);
    }

    private boolean reading() {
        return peer.watchers().holds(fd, EPOLLIN, self);
    }

    private void register() {
        if (peer.isClosed()) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Event loop is closed");
        }
        if (!peer.watchers().isLentTo(fd, this)) {
            int result = peer.watchers().lend(fd, this, INTEREST);
            if (result < 0) {
                throw ErrorApi.raiseOsError(-result);
            }
        }
    }

    private void enqueueIfDue() {
        if (queued || self == 0 || !(writable || (readable && reading()))) {
            return;
        }
        queued = true;
        if (peer.debug()) {
            long context = Memory.getLong(self + (writable ? StreamType.WRITE_CONTEXT : StreamType.READ_CONTEXT));
            peer.core().callSoon(PyError.orThrow(CallApi.callMethod(IO_HANDLE, peer.self(), self, context)));
        } else {
            peer.core().taskReady(task);
        }
    }

    private void setContext(long field) {
        long old = Memory.getLong(self + field);
        Memory.putLong(self + field, ContextApi.copyCurrent());
        Refs.releaseIfAny(old);
    }

    // Reading.

    /// @return an exception that has to leave the loop, or 0
    @Owned
    private long read() {
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
            long unsuitable = open(buffer);
            if (unsuitable != 0) {
                return Failures.fatal(peer, self, unsuitable);
            }
            size = BufferApi.size(VIEW);
            count = Receiver.receiveInto(fd, BufferApi.data(VIEW), size, unix);
            BufferApi.release(VIEW);
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

    /// Opens [#VIEW] on what a protocol gave to read into.
    ///
    /// @return 0, or with a pending exception the message about it
    private static long open(long buffer) {
        try {
            BufferApi.openWritable(VIEW, buffer);
        } catch (PyError notWritable) {
            return refuse(buffer);
        }
        if (BufferApi.size(VIEW) == 0) {
            BufferApi.release(VIEW);
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

    private void flushDeferred() {
        if (self != 0 && !blocked && !unsent.isEmpty()) {
            long fatal = flush();
            if (fatal == 0) {
                try {
                    maybePause();
                } catch (PyError raised) {
                    fatal = Failures.exceptionOf(peer, self, 0);
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

    private void maybePause() {
        if (blocked) {
            long limit = Memory.getLong(self + StreamType.HIGH_WATER);
            if (!NumberApi.isExactLong(limit) || unsent.bytes() > NumberApi.asLong(limit)) {
                CallApi.run(MAYBE_PAUSE, self);
            }
        }
    }

    /// The socket has room again.
    ///
    /// @return an exception that has to leave the loop, or 0
    @Owned
    private long sendMore() {
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
        if (Memory.getLong(self + StreamType.PROTOCOL_PAUSED) == TRUE) {
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
            register();
            setContext(StreamType.WRITE_CONTEXT);
            peer.watchers().hold(fd, EPOLLOUT, Refs.retain(self));
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
