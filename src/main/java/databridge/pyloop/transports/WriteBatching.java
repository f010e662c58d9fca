package databridge.pyloop.transports;

import databridge.pyloop.cpython.Refs;
import databridge.pyloop.engine.DeferredTasks;
import databridge.pyloop.engine.ReadyTask;
import databridge.pyloop.loop.LoopEngine;

/// Holds back the small writes of a transport that follow another one in the same callback, so that they leave in one
/// system call when the callback ends. Under the GIL.
///
/// The first write of a callback never waits: the callback may block next, and its peer wait for just that. The end of
/// a callback is the earliest moment that the loop sees after a write.
///
/// Until then it keeps the transport object alive: the garbage collector may close the socket of a transport before it
/// calls the transport's `__del__`.
final class WriteBatching implements ReadyTask {
    /// In bytes. A write of this size or more costs more than the system call that batching saves.
    private static final int LARGE_WRITE = 4 * 1024;

    /// In bytes: when all transports of a loop together hold back that much, everything is written at once.
    private static final int MOST_HELD = 64 * 1024;

    private final LoopEngine engine;
    private final long transport;
    private final ReadyTask flush;
    private boolean waiting;
    /// In which callback the transport has written last.
    private long callback;

    /// @param transport the object, borrowed
    /// @param flush writes what was held back
    WriteBatching(LoopEngine engine, long transport, ReadyTask flush) {
        this.engine = engine;
        this.transport = transport;
        this.flush = flush;
    }

    /// Whether a write of `size` bytes is to be held back: it is small, and the callback of the loop that runs has
    /// written before.
    boolean holds(long size) {
        return size < LARGE_WRITE && callback == deferred().currentCallback() && engine.iterates();
    }

    /// Notes that the current callback writes.
    void wrote() {
        callback = deferred().currentCallback();
    }

    /// Notes that `size` bytes more are held back. May write at once, and may throw what writing throws.
    void add(long size) {
        if (!waiting) {
            waiting = true;
            Refs.retain(transport);
            deferred().add(this);
        }
        if (deferred().addBytes(size) >= MOST_HELD) {
            deferred().run();
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

    private DeferredTasks deferred() {
        return engine.eventLoop().deferred();
    }
}
