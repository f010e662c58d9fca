package databridge.pyloop.transports;

import databridge.pyloop.cpython.Refs;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.ReadyTask;

/// Puts the writing of a transport off to the end of the loop's iteration. Under the GIL.
///
/// Until then it keeps the transport object alive: the garbage collector may close the file of an object before it asks
/// the object itself for its last words.
final class WriteBatching implements ReadyTask {
    /// What may be put off in one iteration, of all transports of a loop together.
    private static final int MOST_DEFERRED = 64 * 1024;

    private final EventLoop eventLoop;
    private final long transport;
    private final ReadyTask flush;
    private boolean waiting;

    /// @param transport the object
    /// @param flush what writes
    WriteBatching(EventLoop eventLoop, long transport, ReadyTask flush) {
        this.eventLoop = eventLoop;
        this.transport = transport;
        this.flush = flush;
    }

    /// Notes that so many bytes more wait to be written.
    void add(long size) {
        if (!waiting) {
            waiting = true;
            Refs.retain(transport);
            eventLoop.defer(this);
        }
        if (eventLoop.weighDeferred(size) >= MOST_DEFERRED) {
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
