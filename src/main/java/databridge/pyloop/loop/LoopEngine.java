package databridge.pyloop.loop;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.RootTable;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.LoopClock;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.HandleOwner;
import databridge.pyloop.handles.LoopNumbers;
import databridge.pyloop.poll.EpollPoller;
import org.jspecify.annotations.Nullable;

/// The Java half of a loop object: its event loop, its poller and its watched descriptors.
///
/// Found by the number that the loop object and each of its handles carry in a C field. Lives from `_open_engine`
/// to `_close_engine`; under the GIL.
public final class LoopEngine implements HandleOwner {
    private final int number;
    private final long self;
    private final EpollPoller poller = new EpollPoller();
    private final LoopClock clock;
    private final EventLoop eventLoop;
    private final FdWatchers watchers;
    private final ArgumentArray callArguments = ArgumentArray.allocated();
    private final long view = BufferApi.newView();
    private final TransportsByFd transports = new TransportsByFd();
    private int depth;
    private long runner;
    private boolean closed;

    private LoopEngine(int number, long self, long pollBoundNs) {
        this.number = number;
        this.self = self;
        clock = new PythonClock(self);
        eventLoop = new EventLoop(new CallbackRunner(self), poller, new GilSection(), clock, pollBoundNs);
        watchers = new FdWatchers(eventLoop, poller, new RootTable(self + LoopLayout.ROOTS), callArguments);
    }

    /// Opens the engine of a loop object.
    ///
    /// @param pollBoundNs see [EventLoop]
    static void open(long self, long pollBoundNs) {
        int number = LoopNumbers.reserve();
        LoopNumbers.put(number, new LoopEngine(number, self, pollBoundNs));
        Memory.putInt(self + LoopLayout.NUMBER, number);
    }

    /// The engine of a loop object that is in use.
    ///
    /// @throws databridge.pyloop.cpython.PyError RuntimeError if the loop is closed or was never initialised
    public static LoopEngine of(long self) {
        LoopEngine engine = ifOpen(self);
        // While close() drops what is scheduled, the flag is up and the engine still open.
        if (engine == null || LoopLayout.closed(self)) {
            throw notOpen(self);
        }
        return engine;
    }

    /// The engine of a loop object, null if its engine is closed or was never opened.
    public static @Nullable LoopEngine ifOpen(long self) {
        return (LoopEngine) LoopNumbers.get(LoopLayout.number(self));
    }

    /// Closes the engine, giving up everything that is scheduled or watched. Even if that fails, no way leads here any
    /// more: the loop object may be freed next.
    void close() {
        closed = true;
        try {
            eventLoop.clear();
        } finally {
            LoopNumbers.remove(number);
            Memory.putInt(self + LoopLayout.NUMBER, LoopNumbers.NONE);
            try {
                Refs.clear(self + LoopLayout.KEYWORDS);
                new RootTable(self + LoopLayout.ROOTS).clear();
            } finally {
                poller.close();
                callArguments.free();
                Memory.free(view);
            }
        }
    }

    public boolean isClosed() {
        return closed;
    }

    int number() {
        return number;
    }

    /// The loop object. Borrowed: it outlives its engine.
    @Override
    public long self() {
        return self;
    }

    @Override
    public EventLoop eventLoop() {
        return eventLoop;
    }

    public FdWatchers watchers() {
        return watchers;
    }

    public TransportsByFd transports() {
        return transports;
    }

    public ArgumentArray callArguments() {
        return callArguments;
    }

    /// Memory for the view of a buffer that is open during one system call. Not one for all loops: closing a view can
    /// run Python code, which lets the thread of another loop go on.
    public long view() {
        return view;
    }

    @Override
    public boolean debug() {
        return LoopLayout.debug(self);
    }

    /// Whether `loop.time` was replaced, so that the deadlines of delays are asyncio's business, which calls it.
    boolean hasOwnClock() {
        return clock.isReplaced();
    }

    /// Runs one iteration, or as long as the loop is not stopped if `run_forever` is the caller.
    void run() {
        boolean forever = depth == 0 && LoopLayout.runsForever(self);
        long outer = runner;
        runner = ThreadApi.identity();
        depth++;
        try {
            if (forever) {
                eventLoop.run();
            } else {
                eventLoop.runOnce();
            }
        } finally {
            depth--;
            runner = outer;
        }
    }

    /// Whether the loop is run by the thread that asks.
    @Override
    public boolean runsInThisThread() {
        return depth > 0 && runner == ThreadApi.identity();
    }

    public boolean running() {
        return depth > 0;
    }

    private static RuntimeException notOpen(long self) {
        return ErrorApi.raise(
                Singletons.RUNTIME_ERROR,
                LoopLayout.closed(self)
                        ? "Event loop is closed"
                        : "this event loop is not initialised: a subclass's __init__ has to call super().__init__()");
    }
}
