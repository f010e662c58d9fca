package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.libc.Epoll.EPOLLERR;
import static databridge.pyloop.libc.Epoll.EPOLLHUP;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;
import static databridge.pyloop.libc.Epoll.EPOLLPRI;
import static databridge.pyloop.libc.Epoll.EPOLLRDHUP;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SocketObject;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.ReadyTask;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.loop.LoopEngine;

/// The Java half of a transport that polls its socket by itself: when it reads and writes, and in which context.
///
/// An event only marks the transport readable or writable and queues it; its turn comes among the callbacks, as
/// asyncio has it. What has been marked stays marked until a call of the kernel has shown that there is no more,
/// however long reading is paused meanwhile. Under the GIL.
abstract class TransportEngine implements PollHandle, ReadyTask {
    /// Where a kind of transport object keeps what is used here: offsets of its C fields.
    static final class Fields {
        private long readContext;
        private long writeContext;
        private long socket;
        private long connectionContext;

        /// @param reading the context in which it reads, while it does
        /// @param writing the context in which it writes, while it waits for room
        /// @param owner the socket object that owns the descriptor, NULL if the transport itself does
        /// @param whole the context that everything of a connection runs in, from Python 3.15 on; 0 if there is
        ///     no such field
        void bind(long reading, long writing, long owner, long whole) {
            readContext = reading;
            writeContext = writing;
            socket = owner;
            connectionContext = whole;
        }
    }

    /// Up to here a write is put off to the end of the iteration; a larger one would only grow cold.
    static final int IMMEDIATE = 4 * 1024;

    private static final int MAY_READ = EPOLLIN | EPOLLRDHUP | EPOLLPRI | EPOLLERR | EPOLLHUP;
    private static final int MAY_WRITE = EPOLLOUT | EPOLLERR | EPOLLHUP;
    /// A short read does not tell that nothing is left: an end, an error or urgent data comes behind it.
    private static final int MORE_THAN_DATA = MAY_READ & ~EPOLLIN;

    private static final PyName IO_HANDLE = PyName.of("_io_handle");

    final LoopEngine engine;
    final int fd;
    final WriteBatching deferral;
    /// The transport object; 0 once it is closed.
    long self;
    /// There may be something to read.
    boolean readable;
    /// There is something behind the data.
    boolean moreThanData;
    /// There may be room again.
    boolean writable;
    /// What is to be sent waits for room.
    boolean blocked;

    private final Fields fields;
    private final long task;
    private boolean queued;

    /// @param socket the socket object, None if there is none
    TransportEngine(LoopEngine engine, long self, long socket, int fd, Fields fields) {
        this.engine = engine;
        this.self = self;
        this.fd = fd;
        this.fields = fields;
        if (SocketObject.isOf(socket, fd)) {
            Memory.putLong(self + fields.socket, Refs.retain(socket));
        }
        task = engine.eventLoop().addTask(this);
        engine.transports().put(fd, self);
        deferral = new WriteBatching(engine.eventLoop(), self, this::flushDeferred);
    }

    /// The descriptor for a call of the kernel; -1, which the kernel refuses as asyncio's closed socket does, once
    /// somebody has closed the socket under the transport. Its number may be another's by then.
    final int descriptor() {
        if (self == 0) {
            return -1;
        }
        long socket = Memory.getLong(self + fields.socket);
        return socket == 0 || SocketObject.descriptor(socket) == fd ? fd : -1;
    }

    /// Whether there is something to read, and it is wanted.
    abstract boolean mayRead();

    /// @return an exception that has to leave the loop, or 0
    @Owned
    abstract long read();

    /// Sends what waits for room.
    ///
    /// @return an exception that has to leave the loop, or 0
    @Owned
    abstract long sendMore();

    /// Sends what was put off.
    abstract void flushDeferred();

    /// What the socket is to be polled for.
    abstract int interest();

    /// How many bytes wait for room, as flow control counts.
    abstract long waitingBytes();

    /// Reads from now on, in a copy of the current context.
    ///
    /// @throws PyError OSError if epoll does not take the socket
    final void startReading() {
        if (!engine.watchers().isLentTo(fd, this)) {
            register();
        }
        setContext(fields.readContext);
        holdReading();
        enqueueIfDue();
    }

    /// What asyncio's `_remove_reader` does for the fd of a transport.
    final void stopReading() {
        engine.watchers().remove(fd, EPOLLIN);
    }

    final void holdReading() {
        engine.watchers().hold(fd, EPOLLIN, Refs.retain(self));
    }

    final boolean isReading() {
        return self != 0 && engine.watchers().holds(fd, EPOLLIN, self);
    }

    /// Stops polling, for good.
    ///
    /// @param closes whether the caller closes the descriptor next
    final void end(boolean closes) {
        engine.transports().remove(fd, self);
        long socketField = self + fields.socket;
        self = 0;
        if (!engine.isClosed()) {
            engine.watchers().takeBack(fd, this, closes);
            engine.eventLoop().removeTask(task);
        }
        Refs.clear(socketField);
    }

    @Override
    public final void ready(int unused, int events) {
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
    public final void run() {
        queued = false;
        if (self != 0) {
            long transport = Refs.retain(self);
            long fatal = mayRead() ? runIn(fields.readContext, transport) : 0;
            if (fatal == 0 && writable) {
                fatal = runIn(fields.writeContext, transport);
            }
            finish(transport, fatal);
        }
    }

    /// As [#run] for a handle of asyncio's, which measures it and has entered the context.
    final void runInDebugMode() {
        queued = false;
        long transport = Refs.retain(self);
        long fatal = mayRead() ? read() : 0;
        if (fatal == 0 && writable) {
            fatal = sendMore();
        }
        finish(transport, fatal);
    }

    /// Registers the socket, or changes what it is polled for.
    final void register() {
        if (engine.isClosed()) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Event loop is closed");
        }
        int result = descriptor() < 0 ? -ErrnoCode.EBADF : engine.watchers().lend(fd, this, interest());
        if (result < 0) {
            throw ErrorApi.raiseOsError(-result);
        }
    }

    /// To be called when the socket waits for room: writes in a copy of the current context once there is some.
    final void awaitRoom() {
        setContext(fields.writeContext);
        engine.watchers().hold(fd, EPOLLOUT, Refs.retain(self));
    }

    /// Has the protocol pause if too much waits for room.
    final void maybePause() {
        if (blocked) {
            FlowControl.maybePause(self, waitingBytes());
        }
    }

    @Owned
    private long runIn(long contextField, long transport) {
        long context = Refs.retain(Memory.getLong(transport + contextField));
        try {
            ContextApi.enter(context);
            try {
                return contextField == fields.readContext ? read() : sendMore();
            } catch (PyError raised) {
                return Failures.exceptionOf(engine, transport, 0);
            } finally {
                ContextApi.exit(context);
            }
        } catch (PyError entered) {
            return Failures.exceptionOf(engine, transport, 0);
        } finally {
            Refs.release(context);
        }
    }

    private void finish(long transport, long fatal) {
        enqueueIfDue();
        Refs.release(transport);
        Failures.raise(fatal);
    }

    final void enqueueIfDue() {
        if (queued || self == 0 || !(writable || mayRead())) {
            return;
        }
        queued = true;
        if (engine.debug()) {
            long context = Memory.getLong(self + (writable ? fields.writeContext : fields.readContext));
            engine.eventLoop().callSoon(PyError.orThrow(CallApi.callMethod(IO_HANDLE, engine.self(), self, context)));
        } else {
            engine.eventLoop().taskReady(task);
        }
    }

    private void setContext(long field) {
        long whole = fields.connectionContext == 0 ? 0 : Memory.getLong(self + fields.connectionContext);
        long context = whole == 0 || whole == NONE ? ContextApi.copyCurrent() : Refs.retain(whole);
        Refs.replace(self + field, context);
    }
}
