package databridge.pyloop.transports;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.ffi.ReusableBlock;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.Sockets;

/// What a stream transport writes, and when: at once, when the callback ends, or when the socket is writable again.
/// Under the GIL.
final class StreamOutput {
    private static final PyName ALL_SENT = PyName.of("_all_sent");
    private static final PyName WRITE_FAILED = PyName.of("_write_failed");

    private final TransportEngine transport;
    private final WriteBatching batching;
    private final WriteQueue unsent = new WriteQueue(WritePath.SOCKET);

    /// @param batching of that transport
    StreamOutput(TransportEngine transport, WriteBatching batching) {
        this.transport = transport;
        this.batching = batching;
    }

    /// How many bytes are to be sent.
    long unsent() {
        return unsent.bytes();
    }

    /// Drops what is unsent.
    void clear() {
        unsent.clear();
    }

    /// Writes a `bytes` object that is not empty.
    ///
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void write(long data) {
        long size = BytesApi.size(data);
        long sent = sendFirst(BytesApi.data(data), size);
        if (sent >= 0 && sent < size) {
            unsent.addBytes(Refs.retain(data), sent);
            afterAppend(size - sent, size);
        }
    }

    /// Sends what leaves at once of memory that the caller uses again, and copies the rest. The caller ends its use of
    /// the memory and then passes the copy to [#append], which can run Python code.
    ///
    /// @return a `bytes` object, 0 if nothing is left
    /// @throws PyError what must leave the loop, MemoryError
    @Owned
    long sendOrCopy(long address, long size) {
        long sent = sendFirst(address, size);
        return sent >= 0 && sent < size ? BytesApi.copy(address + sent, size - sent) : 0;
    }

    /// Queues what is left of a write.
    ///
    /// @param rest a `bytes` object
    /// @param size of the whole write in bytes
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void append(@Stolen long rest, long size) {
        long added = BytesApi.size(rest);
        unsent.addBytes(rest, 0);
        afterAppend(added, size);
    }

    /// Writes the content of another object with a buffer, which is not empty. What is not sent at once is
    /// copied, because its owner may change it.
    ///
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void writeBuffer(long data) {
        ReusableBlock views = transport.engine.scratch().view();
        long view = views.take(BufferApi.VIEW_SIZE);
        long rest;
        long size;
        try {
            try {
                BufferApi.open(view, data);
            } catch (PyError notContiguous) {
                Failures.raise(Failures.fatal(transport.engine, transport.self(), Failures.WRITE));
                return;
            }
            try {
                if (transport.self() == 0) {
                    return; // Python code that has opened the view has detached it
                }
                size = BufferApi.size(view);
                long sent = sendFirst(BufferApi.data(view), size);
                if (sent < 0 || sent == size) {
                    return;
                }
                rest = BytesApi.copy(BufferApi.data(view) + sent, size - sent);
            } finally {
                BufferApi.release(view);
            }
        } finally {
            views.giveBack(view);
        }
        if (transport.self() == 0) { // Python code that has closed the view has detached it
            Refs.release(rest);
            return;
        }
        append(rest, size);
    }

    /// Writes a tuple of `bytes` objects.
    ///
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void writeAll(long items) {
        long total = 0;
        for (long i = 0; i < TupleApi.size(items); i++) {
            long item = TupleApi.item(items, i);
            if (BytesApi.size(item) > 0) {
                unsent.addBytes(Refs.retain(item), 0);
                total += BytesApi.size(item);
            }
        }
        if (total > 0) {
            afterAppend(total, total);
        }
    }

    /// Sends what was held back.
    ///
    /// @return the OSError that ended it, or 0
    @Owned
    long sendBatch() {
        if (transport.isBlocked() || unsent.isEmpty()) {
            return 0;
        }
        int result =
                unsent.sendTo(transport.descriptor(), transport.engine.scratch().messages());
        if (result == 0) {
            return 0;
        }
        if (result == -Errno.EAGAIN) {
            transport.block();
            return 0;
        }
        unsent.clear();
        return OsErrors.of(-result);
    }

    /// Sends what was held back, as the loop and methods without an error of their own do.
    ///
    /// @throws PyError what must leave the loop
    void flushBatch() {
        long self = transport.self();
        if (self != 0 && !transport.isBlocked() && !unsent.isEmpty()) {
            long leaving = flush();
            if (leaving == 0) {
                try {
                    transport.maybePause();
                } catch (PyError raised) {
                    leaving = Failures.report(transport.engine, self);
                }
            }
            Failures.raise(leaving);
        }
    }

    /// Sends what has waited for the socket to become writable.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    long sendMore() {
        transport.readiness.beginWriting();
        long self = transport.self();
        int result =
                unsent.sendTo(transport.descriptor(), transport.engine.scratch().messages());
        if (result < 0 && result != -Errno.EAGAIN) {
            transport.dropUnsent();
            long error = OsErrors.of(-result);
            long failed = CallApi.callMethod(WRITE_FAILED, self, error);
            Refs.release(error);
            return Failures.reportIfFailed(transport.engine, self, failed);
        }
        boolean empty = unsent.isEmpty();
        if (empty) {
            transport.unblock();
        }
        long leaving = FlowControl.maybeResume(transport.engine, self);
        boolean done = leaving == 0 && empty && unsent.isEmpty() && transport.self() != 0;
        return done ? allSent(self) : leaving;
    }

    /// As [#send]; ends the connection after an error.
    ///
    /// @return how many bytes were sent, -1 if the connection has failed
    private long sendFirst(long data, long size) {
        long sent = send(data, size);
        if (sent < 0) {
            fail((int) -sent);
            return -1;
        }
        return sent;
    }

    /// Sends as much of a write as leaves at once: nothing, if it has to wait for what was written before or for the
    /// end of the callback. Runs no Python code.
    ///
    /// @return how many bytes were sent, or `-errno`, of which the caller then tells [#fail]
    long send(long data, long size) {
        if (!unsent.isEmpty() || batching.holds(size)) {
            return 0;
        }
        int sent = Sockets.send(transport.descriptor(), data, size);
        if (sent == size) {
            batching.wrote();
        }
        return sent == -Errno.EAGAIN || sent == -Errno.EINTR ? 0 : sent;
    }

    /// Ends the connection because sending has failed.
    ///
    /// @throws PyError what must leave the loop
    void fail(int errno) {
        Failures.raise(Failures.fatalErrno(transport.engine, transport.self(), errno, Failures.WRITE));
    }

    /// @param added how many bytes are new in the queue
    /// @param size of the whole write in bytes
    private void afterAppend(long added, long size) {
        if (!transport.isBlocked()) {
            if (batching.holds(size)) {
                batching.add(added);
            } else {
                batching.wrote();
                Failures.raise(flush());
            }
        }
        transport.maybePause();
    }

    /// @return an exception that must leave the loop, or 0
    @Owned
    private long flush() {
        long self = transport.self();
        long error = sendBatch();
        if (error != 0) {
            return Failures.fatal(transport.engine, self, error, Failures.WRITE);
        }
        return unsent.isEmpty() ? allSent(self) : 0;
    }

    @Owned
    private long allSent(long self) {
        boolean awaited =
                StreamLayout.hasEmptyWaiter(self) || TransportLayout.isClosing(self) || StreamLayout.isEnded(self);
        return awaited ? Failures.reportIfFailed(transport.engine, self, CallApi.callMethod(ALL_SENT, self)) : 0;
    }
}
