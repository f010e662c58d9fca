package databridge.pyloop.transports;

import databridge.pyloop.collections.NumberTable;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.Pipes;
import databridge.pyloop.loop.LoopEngine;
import org.jspecify.annotations.Nullable;

/// The Java half of a write pipe transport: what is written, and when.
///
/// A write into a pipe that has room leaves with the others of the same iteration at its end, as long as together they
/// stay within what a pipe takes as a whole: other writers of a named pipe see no difference. While there is no room,
/// the loop's writer handle for the descriptor calls [#continueWriting], level-triggered. Under the GIL.
final class PipeWriterEngine {
    private static final PyName AWAIT_ROOM = PyName.of("_await_room");
    private static final PyName ALL_SENT = PyName.of("_all_sent");
    private static final PyName WRITE_FAILED = PyName.of("_write_failed");

    private static final NumberTable<PipeWriterEngine> WRITERS = new NumberTable<>();

    private final LoopEngine engine;
    private final int number;
    private final int fd;
    private final boolean byteStream;
    private final WriteQueue unsent = new WriteQueue(WritePath.PIPE);
    private final WriteBatching deferral;
    private long self;
    private boolean blocked;

    static void bind() {
        WRITERS.clear();
    }

    private PipeWriterEngine(LoopEngine engine, int number, long self, int fd, boolean byteStream) {
        this.engine = engine;
        this.number = number;
        this.self = self;
        this.fd = fd;
        this.byteStream = byteStream;
        deferral = new WriteBatching(engine.eventLoop(), self, this::flushDeferred);
    }

    /// Makes the Java half of a transport object.
    ///
    /// @param byteStream whether readers cannot tell one write from several
    /// @return its number, for the object's field
    static int open(LoopEngine engine, long self, int fd, boolean byteStream) {
        int number = WRITERS.reserve();
        WRITERS.put(number, new PipeWriterEngine(engine, number, self, fd, byteStream));
        return number;
    }

    /// The writer of a transport object; null before it has one, and when it is closed.
    static @Nullable PipeWriterEngine of(long self) {
        return WRITERS.get(Memory.getInt(self + PipeWriterType.NUMBER));
    }

    void close() {
        WRITERS.remove(number);
        unsent.clear();
        self = 0;
    }

    long unsent() {
        return unsent.bytes();
    }

    void dropUnsent() {
        unsent.clear();
        blocked = false;
    }

    /// To be called before each write: what it must not be put together with is written now, or fails to be.
    void prepare(long size) {
        if (!leavesLater(size)) {
            flush();
        }
    }

    /// Takes a `bytes` object that is not empty.
    void write(long data) {
        long size = BytesApi.size(data);
        if (leavesLater(size)) {
            append(Refs.retain(data), 0);
            return;
        }
        long sent = writeNow(BytesApi.data(data), size);
        if (sent >= 0 && sent < size) {
            block();
            append(Refs.retain(data), sent);
        }
    }

    /// Takes what else has a buffer; what is not written at once is copied, for the owner may change it.
    ///
    /// @param view an open view
    void writeBuffer(long view) {
        long data = BufferApi.data(view);
        long size = BufferApi.size(view);
        if (leavesLater(size)) {
            append(BytesApi.copy(data, size), 0);
            return;
        }
        long sent = writeNow(data, size);
        if (sent >= 0 && sent < size) {
            block();
            append(BytesApi.copy(data + sent, size - sent), 0);
        }
    }

    /// Takes over data that asyncio's code has put into its buffer, and waits for room already.
    void appendBlocked(@Stolen long data) {
        blocked = true;
        unsent.add(data, 0);
    }

    /// Writes what was put off.
    void flush() {
        Failures.raise(flushed());
    }

    /// The descriptor has room again.
    void continueWriting() {
        if (!blocked || unsent.isEmpty()) {
            return;
        }
        int result = unsent.sendTo(fd);
        if (result == 0) {
            blocked = false;
            CallApi.run(ALL_SENT, self);
        } else if (result != -ErrnoCode.EAGAIN) {
            dropUnsent();
            long error = ErrorApi.osError(-result);
            try {
                CallApi.run(WRITE_FAILED, self, error);
            } finally {
                Refs.release(error);
            }
        }
    }

    private boolean leavesLater(long size) {
        return blocked || (byteStream && unsent.bytes() + size < Pipes.ATOMIC_SIZE && engine.running());
    }

    /// @return how much was written, -1 if that failed for good
    private long writeNow(long data, long size) {
        int written = Pipes.write(fd, data, size);
        if (written >= 0) {
            return written;
        }
        if (written == -ErrnoCode.EAGAIN) {
            return 0;
        }
        Failures.raise(fail(-written));
        return -1;
    }

    private void append(@Stolen long data, long offset) {
        long size = BytesApi.size(data) - offset;
        unsent.add(data, offset);
        if (blocked) {
            FlowControl.maybePause(self, unsent.bytes());
        } else {
            deferral.add(size);
        }
    }

    private void flushDeferred() {
        if (self != 0) {
            long fatal;
            try {
                fatal = flushed();
            } catch (PyError raised) {
                fatal = Failures.exceptionOf(engine, self, 0);
            }
            Failures.raise(fatal);
        }
    }

    /// @return an exception that has to leave the loop, or 0
    @Owned
    private long flushed() {
        if (blocked || unsent.isEmpty()) {
            return 0;
        }
        int result = unsent.sendTo(fd);
        if (result == 0) {
            return 0;
        }
        if (result == -ErrnoCode.EAGAIN) {
            block();
            FlowControl.maybePause(self, unsent.bytes());
            return 0;
        }
        unsent.clear();
        return fail(-result);
    }

    @Owned
    private long fail(int errno) {
        return Failures.fatal(engine, self, ErrorApi.osError(errno), Failures.PIPE_WRITE.object());
    }

    private void block() {
        CallApi.run(AWAIT_ROOM, self);
        blocked = true;
    }
}
