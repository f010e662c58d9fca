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
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a write pipe transport: what is written, and when.
///
/// What follows a write in the same callback is held back ([WriteBatching]) as long as it is smaller than what a
/// pipe takes as a whole ([Pipes#ATOMIC_SIZE]): other writers of a named pipe see no difference. While the
/// pipe is full, the loop's writer handle for the descriptor calls [#continueWriting], level-triggered. Under
/// the GIL.
final class WritePipeEngine extends WriterEngine implements BatchingWriter {
    private static final PyName AWAIT_WRITABLE = PyName.of("_await_writable");
    private static final PyName ALL_SENT = PyName.of("_all_sent");
    private static final PyName WRITE_FAILED = PyName.of("_write_failed");

    private final boolean byteStream;
    private final WriteBatching batching;
    private final WriteQueue unsent = new WriteQueue(WritePath.PIPE);
    private boolean blocked;

    /// @param self the transport object, borrowed
    /// @param byteStream whether readers cannot tell one write from several
    WritePipeEngine(LoopEngine engine, long self, int fd, boolean byteStream) {
        super(engine, self, fd);
        batching = new WriteBatching(engine, self, this::flushBatch);
        this.byteStream = byteStream;
    }

    /// The engine of a write pipe transport object; null before it has one, and when it is closed.
    static @Nullable WritePipeEngine of(long self) {
        return (WritePipeEngine) WriterEngine.of(self);
    }

    @Override
    void dispose(long transport, boolean closes) {
        unsent.clear();
        blocked = false;
        super.dispose(transport, closes);
    }

    @Override
    long unsent() {
        return unsent.bytes();
    }

    @Override
    void dropUnsent() {
        unsent.clear();
        blocked = false;
    }

    /// To be called before each write: writes what must not be batched with it, which may end the connection.
    ///
    /// @param size of the write in bytes
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void prepare(long size) {
        if (!holds(size)) {
            sendBatch();
        }
    }

    /// Writes a `bytes` object that is not empty.
    ///
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void write(long data) {
        if (isDetached()) {
            return;
        }
        long size = BytesApi.size(data);
        if (holds(size)) {
            append(Refs.retain(data), 0);
            return;
        }
        long sent = writeNow(BytesApi.data(data), size);
        if (sent >= 0 && sent < size) {
            block();
            append(Refs.retain(data), sent);
        }
    }

    /// Writes the content of another object with a buffer. What is not written at once is copied, because its
    /// owner may change it.
    ///
    /// @param view an open view
    /// @throws PyError what must leave the loop, or what pausing the protocol raised
    void writeBuffer(long view) {
        if (isDetached()) {
            return;
        }
        long data = BufferApi.data(view);
        long size = BufferApi.size(view);
        if (holds(size)) {
            append(BytesApi.copy(data, size), 0);
            return;
        }
        long sent = writeNow(data, size);
        if (sent >= 0 && sent < size) {
            block();
            append(BytesApi.copy(data + sent, size - sent), 0);
        }
    }

    /// Queues data that asyncio's code has put into its buffer; the loop already waits for the pipe to
    /// become writable.
    ///
    /// @param data a `bytes` object that is not empty
    void appendBlocked(@Stolen long data) {
        if (isDetached()) {
            Refs.release(data);
            return;
        }
        blocked = true;
        unsent.addBytes(data, 0);
    }

    /// Writes what was kept, now that the pipe takes data again.
    ///
    /// @throws PyError what asyncio's code raised
    void continueWriting() {
        if (!blocked || unsent.isEmpty()) {
            return;
        }
        int result = unsent.sendTo(fd, engine.scratch().messages());
        if (result == 0) {
            blocked = false;
            CallApi.run(ALL_SENT, self());
        } else if (result != -Errno.EAGAIN) {
            dropUnsent();
            long error = OsErrors.of(-result);
            try {
                CallApi.run(WRITE_FAILED, self(), error);
            } finally {
                Refs.release(error);
            }
        }
    }

    /// @return 0: an error ends the connection here
    @Override
    public long sendBatch() {
        Failures.raise(flush());
        return 0;
    }

    @Override
    public void flushBatch() {
        long transport = self();
        if (transport != 0) {
            long leaving;
            try {
                leaving = flush();
            } catch (PyError raised) {
                leaving = Failures.report(engine, transport);
            }
            Failures.raise(leaving);
        }
    }

    private boolean holds(long size) {
        return blocked || (byteStream && unsent.bytes() + size < Pipes.ATOMIC_SIZE && batching.holds(size));
    }

    /// @return how many bytes were written, -1 if the connection has failed
    private long writeNow(long data, long size) {
        batching.wrote();
        int written = Pipes.write(fd, data, size);
        if (written >= 0) {
            return written;
        }
        if (written == -Errno.EAGAIN) {
            return 0;
        }
        Failures.raise(fail(-written));
        return -1;
    }

    private void append(@Stolen long data, long offset) {
        if (isDetached()) {
            Refs.release(data);
            return;
        }
        long size = BytesApi.size(data) - offset;
        unsent.addBytes(data, offset);
        if (blocked) {
            maybePause();
        } else {
            batching.add(size);
        }
    }

    /// @return an exception that must leave the loop, or 0
    /// @throws PyError what asyncio's code raised
    @Owned
    private long flush() {
        if (blocked || unsent.isEmpty()) {
            return 0;
        }
        int result = unsent.sendTo(fd, engine.scratch().messages());
        if (result == 0) {
            return 0;
        }
        if (result == -Errno.EAGAIN) {
            block();
            maybePause();
            return 0;
        }
        unsent.clear();
        return fail(-result);
    }

    @Owned
    private long fail(int errno) {
        return Failures.fatalErrno(engine, self(), errno, Failures.WRITE_PIPE);
    }

    private void maybePause() {
        if (!isDetached()) {
            FlowControl.maybePause(self(), unsent.bytes());
        }
    }

    private void block() {
        if (!isDetached()) {
            CallApi.run(AWAIT_WRITABLE, self());
            blocked = !isDetached();
        }
    }

    /// Whether Python code that was called during a write has detached the transport. Its descriptor may be another
    /// file's by then.
    private boolean isDetached() {
        return self() == 0;
    }
}
