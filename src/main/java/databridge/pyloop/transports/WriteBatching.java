package databridge.pyloop.transports;

import databridge.pyloop.cpython.Refs;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.ReadyTask;
import databridge.pyloop.loop.LoopEngine;

/// Delays the small writes of a transport to the end of the loop's iteration, so that they leave in one system call.
/// Under the GIL.
///
/// Until then it keeps the transport object alive: the garbage collector may close the socket of a transport before it
/// calls the transport's `__del__`.
final class WriteBatching implements ReadyTask {
    /// In bytes. A write of this size or more costs more than the system call that batching saves.
    private static final int LARGE_WRITE = 4 * 1024;

    /// In bytes: when all transports of a loop together have delayed that much, everything is written at once.
    private static final int MOST_DELAYED = 64 * 1024;

    private final LoopEngine engine;
    private final long transport;
    private final ReadyTask flush;
    private boolean waiting;

    /// @param transport the object, borrowed
    /// @param flush writes what was delayed
    WriteBatching(LoopEngine engine, long transport, ReadyTask flush) {
        this.engine = engine;
        this.transport = transport;
        this.flush = flush;
    }

    /// Whether a write of `size` bytes is to be delayed: it is small, and there is an iteration that will end.
    boolean delays(long size) {
        return size < LARGE_WRITE && engine.iterates();
    }

    /// Notes that `size` bytes more are delayed. May write at once, and may throw what writing throws.
    void add(long size) {
        EventLoop eventLoop = engine.eventLoop();
        if (!waiting) {
            waiting = true;
            Refs.retain(transport);
            eventLoop.defer(this);
        }
        if (eventLoop.addDeferredBytes(size) >= MOST_DELAYED) {
            eventLoop.runDeferred();
        }
    }

    @Override
    public void run() {
        waiting = false;
        try {
            flush.run();
        } finally {
            Refs.release(transport);
        }
    }
}
