package databridge.pyloop.transports;

import static databridge.pyloop.cpython.Singletons.NONE;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SocketObject;
import databridge.pyloop.cpython.WeakRefs;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.Readiness;
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
        private long loop;
        private long connectionContext;

        /// @param reading the context in which it reads, while it does
        /// @param writing the context in which it writes, while it waits for room
        /// @param owner the socket object that owns the descriptor, NULL if the transport itself does
        /// @param ofLoop the loop object, which so outlives the use that is made of it here
        /// @param whole the context that everything of a connection runs in, from Python 3.15 on; 0 if there is
        ///     no such field
        void bind(long reading, long writing, long owner, long ofLoop, long whole) {
            readContext = reading;
            writeContext = writing;
            socket = owner;
            loop = ofLoop;
            connectionContext = whole;
        }
    }

    /// Up to here a write is put off to the end of the iteration; a larger one would only grow cold.
    static final int IMMEDIATE = 4 * 1024;

    /// A short read does not tell that nothing is left: an end, an error or urgent data comes behind it.
    private static final int MORE_THAN_DATA = Readiness.MAY_READ & ~Readiness.READABLE;

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
    /// To the transport object: the poller and the queue of the loop can remember one that is freed.
    private final long weakSelf;
    private boolean queued;

    /// @param socket the socket object, None if there is none
    TransportEngine(LoopEngine engine, long self, long socket, int fd, Fields fields) {
        this.engine = engine;
        this.self = self;
        this.fd = fd;
        this.fields = fields;
        weakSelf = WeakRefs.of(self);
        Refs.replace(self + fields.socket, SocketObject.isOf(socket, fd) ? Refs.retain(socket) : 0);
        Refs.replace(self + fields.loop, Refs.retain(engine.self()));
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

    /// What the socket is to be registered for, a set of [Interest].
    abstract int interest();

    /// How many bytes wait for room, as flow control counts.
    abstract long waitingBytes();

    /// Reads from now on, in a copy of the current context.
    ///
    /// @throws PyError OSError if the socket cannot be polled
    final void startReading() {
        if (!engine.transportRegistrations().isRegistered(fd, this)) {
            register();
        }
        setContext(fields.readContext);
        if (self != 0) {
            becomeReader();
        }
        enqueueIfDue();
    }

    /// What asyncio's `_remove_reader` does for the fd of a transport.
    final void stopReading() {
        engine.watchers().remove(fd, Interest.READ);
    }

    final void becomeReader() {
        engine.transportRegistrations().setReader(fd, Refs.retain(self));
    }

    final boolean isReading() {
        return self != 0 && engine.transportRegistrations().isReader(fd, self);
    }

    /// Stops polling, for good.
    ///
    /// @param closes whether the caller closes the descriptor next
    final void end(boolean closes) {
        engine.transports().remove(fd, self);
        long transport = self;
        self = 0;
        readable = false;
        writable = false;
        blocked = false;
        if (!engine.isClosed()) {
            engine.transportRegistrations().unregister(fd, this, closes);
            engine.eventLoop().removeTask(task);
        }
        Refs.release(weakSelf);
        Refs.clear(transport + fields.socket);
        Refs.clear(transport + fields.loop);
    }

    @Override
    public final void ready(int unused, int events) {
        if (isGone()) {
            return;
        }
        if ((events & Readiness.MAY_READ) != 0) {
            readable = true;
            moreThanData |= (events & MORE_THAN_DATA) != 0;
        }
        if (blocked && (events & Readiness.MAY_WRITE) != 0) {
            writable = true;
        }
        enqueueIfDue();
    }

    @Override
    public final void run() {
        queued = false;
        if (!isGone()) {
            long transport = Refs.retain(self);
            long fatal = mayRead() ? runIn(fields.readContext, transport) : 0;
            if (fatal == 0 && writable) { // not if reading has ended it
                fatal = runIn(fields.writeContext, transport);
            }
            finish(transport, fatal);
        }
    }

    /// Whether the transport object is closed, or freed though nobody has closed it.
    private boolean isGone() {
        return self == 0 || WeakRefs.target(weakSelf) == 0;
    }

    /// As [#run] for a handle of asyncio's, which measures it and has entered the context.
    final void runInDebugMode() {
        queued = false;
        long transport = Refs.retain(self);
        long loop = Refs.retain(engine.self()); // ending the transport gives up its own reference
        long fatal = mayRead() ? read() : 0;
        if (fatal == 0 && writable) {
            fatal = sendMore();
        }
        try {
            finish(transport, fatal);
        } finally {
            Refs.release(loop);
        }
    }

    /// Registers the socket, or changes what it is polled for.
    final void register() {
        if (engine.isClosed()) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Event loop is closed");
        }
        int result = descriptor() < 0
                ? -ErrnoCode.EBADF
                : engine.transportRegistrations().register(fd, this, interest());
        if (result < 0) {
            throw OsErrors.raise(-result);
        }
    }

    /// To be called when the socket waits for room: writes in a copy of the current context once there is some.
    final void awaitRoom() {
        setContext(fields.writeContext);
        if (self != 0) {
            engine.transportRegistrations().setWriter(fd, Refs.retain(self));
        }
    }

    /// Has the protocol pause if too much waits for room.
    final void maybePause() {
        if (blocked && self != 0) {
            FlowControl.maybePause(self, waitingBytes());
        }
    }

    @Owned
    private long runIn(long contextField, long transport) {
        long context = Refs.retainField(transport + contextField);
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
            long context = Refs.retainField(self + (writable ? fields.writeContext : fields.readContext));
            long handle = CallApi.callMethod(IO_HANDLE, engine.self(), self, context);
            Refs.release(context);
            engine.eventLoop().callSoon(PyError.orThrow(handle));
        } else {
            engine.eventLoop().taskReady(task);
        }
    }

    /// Does nothing if the transport was ended by cancelling an earlier watcher of its descriptor.
    private void setContext(long field) {
        long transport = self;
        if (transport == 0) {
            return;
        }
        long whole = fields.connectionContext == 0 ? 0 : Memory.getLong(transport + fields.connectionContext);
        long context = whole == 0 || whole == NONE ? ContextApi.copyCurrent() : Refs.retain(whole);
        Refs.replace(transport + field, context);
    }
}
