package databridge.pyloop.transports;

import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.SocketObject;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.WeakRefs;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.ReadyTask;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.loop.LoopEngine;

/// The Java half of a transport that polls its socket by itself: when it reads and writes, and in which context.
///
/// An event only sets marks and queues the transport; its turn comes among the callbacks, as in asyncio. See
/// [StreamEngine] for the whole path of the bytes. Under the GIL.
abstract class TransportEngine extends WriterEngine implements PollHandle, ReadyTask {
    final SocketReadiness readiness = new SocketReadiness();
    private final long task;
    /// To the transport object: the poller and the queue of the loop can remember one that is freed.
    private final long weakSelf;
    private boolean blocked;
    private boolean queued;
    /// Whether the queue has the task's number. It is not reused before its turn: another transport would begin then.
    private boolean numberQueued;

    /// @param socket the socket object, None if there is none
    TransportEngine(LoopEngine engine, long self, long socket, int fd) {
        super(engine, self, fd);
        weakSelf = WeakRefs.of(self);
        Refs.replace(self + TransportLayout.SOCKET, SocketObject.isOf(socket, fd) ? Refs.retain(socket) : 0);
        task = engine.eventLoop().addTask(this);
        engine.transports().put(fd, self);
    }

    /// The descriptor for a system call; -1, which the kernel refuses as asyncio's closed socket does, once the
    /// transport is detached or the program has closed its socket. The number may be another socket's by then.
    final int descriptor() {
        long transport = self();
        if (transport == 0) {
            return -1;
        }
        long socket = Memory.getLong(transport + TransportLayout.SOCKET);
        return socket == 0 || SocketObject.descriptor(socket) == fd ? fd : -1;
    }

    /// Whether this turn is that in which the transport begins to read.
    abstract boolean begins();

    /// Queues the transport, whatever the state of its socket.
    final void enqueue() {
        queued = true;
        numberQueued = true;
        engine.eventLoop().taskReady(task);
    }

    /// What the socket is to be registered for, a set of [Interest].
    abstract int interest();

    /// Whether there is something to deliver to the protocol that does not have to be read first.
    abstract boolean hasReceived();

    /// Reads and delivers.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    abstract long read();

    /// Sends what has waited for the socket to become writable.
    ///
    /// @return an exception that must leave the loop, or 0
    @Owned
    abstract long sendMore();

    /// Adjusts what the socket is polled for, now that data waits for it to become writable.
    ///
    /// @throws PyError OSError if the socket cannot be polled
    abstract void pollForWriting();

    /// Adjusts what the socket is polled for, now that nothing waits any more.
    abstract void pollForReadingOnly();

    /// Whether data waits for the socket to become writable.
    final boolean isBlocked() {
        return blocked;
    }

    /// Waits for the socket to become writable; then [#sendMore] is called in a copy of the current context.
    ///
    /// @throws PyError OSError if the socket cannot be polled
    final void block() {
        if (!blocked) {
            blocked = true;
            pollForWriting();
            TransportLayout.setContext(self(), TransportLayout.WRITE_CONTEXT);
            if (self() != 0) {
                engine.transportRegistrations().setWriter(fd, Refs.retain(self()));
            }
        }
    }

    /// Ends the waiting that [#block] has begun.
    final void unblock() {
        if (blocked) {
            blocked = false;
            readiness.beginWriting();
            pollForReadingOnly();
            engine.transportRegistrations().clearWriter(fd);
        }
    }

    /// Pauses the protocol if more waits for the socket than the high-water mark allows.
    ///
    /// @throws PyError what asyncio's code raised
    final void maybePause() {
        if (blocked && self() != 0) {
            FlowControl.maybePause(self(), unsent());
        }
    }

    /// Whether the poller reports the events of the descriptor to this transport.
    final boolean isRegistered() {
        return engine.transportRegistrations().isRegistered(fd, this);
    }

    /// Registers the socket, or changes what it is polled for.
    ///
    /// @throws PyError RuntimeError if the loop is closed, OSError if the socket cannot be polled
    final void register() {
        if (engine.isClosed()) {
            throw ErrorApi.raise(Singletons.RUNTIME_ERROR, "Event loop is closed");
        }
        int result = descriptor() < 0
                ? -Errno.EBADF
                : engine.transportRegistrations().register(fd, this, interest());
        if (result < 0) {
            throw OsErrors.raise(-result);
        }
    }

    /// Reads from now on, in a copy of the current context.
    ///
    /// @throws PyError OSError if the socket cannot be polled
    final void startReading() {
        if (!isRegistered()) {
            register();
        }
        TransportLayout.setContext(self(), TransportLayout.READ_CONTEXT);
        becomeReader();
        enqueueIfDue();
    }

    /// Stops reading, as asyncio's `_remove_reader` does for the descriptor of a transport.
    final void stopReading() {
        engine.watchers().remove(fd, Interest.READ);
    }

    /// Enters the transport as the reader of its descriptor. It reads as long as the entry exists.
    final void becomeReader() {
        if (self() != 0) {
            engine.transportRegistrations().setReader(fd, Refs.retain(self()));
        }
    }

    /// Whether the transport is entered as the reader of its descriptor.
    final boolean isReading() {
        return self() != 0 && engine.transportRegistrations().isReader(fd, self());
    }

    @Override
    void dispose(long transport, boolean closes) {
        engine.transports().remove(fd, transport);
        readiness.clear();
        blocked = false;
        if (!engine.isClosed()) {
            engine.transportRegistrations().unregister(fd, this, closes);
            if (!numberQueued) { // else run() or leftQueue() does it
                engine.eventLoop().removeTask(task);
            }
        }
        Refs.release(weakSelf);
        Refs.clear(transport + TransportLayout.SOCKET);
        super.dispose(transport, closes);
    }

    @Override
    public final void ready(int unused, int events) {
        if (!isGone()) {
            readiness.addEvents(events, blocked);
            enqueueIfDue();
        }
    }

    @Override
    public final void run() {
        queued = false;
        leftQueue();
        if (!isGone() && !begins()) {
            long transport = Refs.retain(self());
            long leaving = mayRead() ? runIn(TransportLayout.READ_CONTEXT, transport) : 0;
            if (leaving == 0 && readiness.isWritable()) {
                leaving = runIn(TransportLayout.WRITE_CONTEXT, transport);
            }
            finish(transport, leaving);
        }
    }

    /// Whether the transport object is detached, or freed though it was never detached.
    private boolean isGone() {
        return self() == 0 || WeakRefs.target(weakSelf) == 0;
    }

    @Override
    public final long asCallback() {
        return isGone() ? 0 : IoHandle.of(engine, self(), readiness.isWritable());
    }

    @Override
    public final void leftQueue() {
        numberQueued = false;
        if (self() == 0) {
            engine.eventLoop().removeTask(task);
        }
    }

    /// As [#run] for a handle that has entered the context, see [IoHandle].
    final void runInHandle() {
        queued = false;
        long loop = Refs.retain(engine.self()); // detaching the transport releases its own reference
        try {
            if (!begins()) {
                long transport = Refs.retain(self());
                long leaving = mayRead() ? read() : 0;
                if (leaving == 0 && readiness.isWritable()) {
                    leaving = sendMore();
                }
                finish(transport, leaving);
            }
        } finally {
            Refs.release(loop);
        }
    }

    private boolean mayRead() {
        return (readiness.isReadable() || hasReceived()) && isReading();
    }

    @Owned
    private long runIn(long contextField, long transport) {
        long context = Refs.retainField(transport + contextField);
        try {
            ContextApi.enter(context);
            try {
                return contextField == TransportLayout.READ_CONTEXT ? read() : sendMore();
            } catch (PyError raised) {
                return Failures.report(engine, transport);
            } finally {
                ContextApi.exit(context);
            }
        } catch (PyError entered) {
            return Failures.report(engine, transport);
        } finally {
            Refs.release(context);
        }
    }

    /// Ends a turn, and throws the exception `leaving`, if there is one.
    final void finish(@Stolen long transport, @Stolen long leaving) {
        long first = leaving;
        if (isReading() && !readiness.isReadable() && !isRegistered()) {
            try {
                register();
            } catch (PyError refused) {
                first = Failures.report(engine, transport);
            }
        }
        enqueueIfDue();
        Refs.release(transport);
        Failures.raise(first);
    }

    private void enqueueIfDue() {
        if (queued || self() == 0 || !(readiness.isWritable() || mayRead())) {
            return;
        }
        queued = IoHandle.wasQueued(engine, self(), readiness.isWritable());
        if (!queued) {
            enqueue();
        }
    }
}
