package databridge.pyloop.types;

import databridge.pyloop.cpython.BufferApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.LoopClock;
import databridge.pyloop.engine.LoopCore;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.poll.EpollPoller;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Java half of a loop object: its engine, its poller and what it watches.
///
/// Found by the number that the loop object and each of its handles carry in a C field. Lives from `_open_engine`
/// to `_close_engine`; under the GIL.
public final class LoopPeer {
    private static @Nullable LoopPeer[] peers = new LoopPeer[16];

    private final int number;
    private final long self;
    private final EpollPoller poller = new EpollPoller();
    private final LoopClock clock;
    private final LoopCore core;
    private final FdWatchers watchers;
    private final ArgumentArray callArguments = ArgumentArray.allocated();
    private final long view = BufferApi.newView();
    private final TransportsByFd transports = new TransportsByFd();
    private int depth;
    private long runner;
    private boolean closed;

    private LoopPeer(int number, long self, long pollBoundNs) {
        this.number = number;
        this.self = self;
        clock = new PythonClock(self);
        core = new LoopCore(new CallbackRunner(this), poller, new GilSection(), clock, pollBoundNs);
        watchers = new FdWatchers(core, poller, new RootTable(self + LoopType.ROOTS), callArguments);
    }

    static void bind() {
        Arrays.fill(peers, null);
    }

    /// Opens the engine of a loop object.
    ///
    /// @param pollBoundNs see [LoopCore]
    static void open(long self, long pollBoundNs) {
        int number = freeNumber();
        peers[number] = new LoopPeer(number, self, pollBoundNs);
        Memory.putInt(self + LoopType.PEER, number);
    }

    /// The peer of that number, null if it is closed.
    static @Nullable LoopPeer numbered(long number) {
        return peers[(int) number];
    }

    /// The peer of a loop object that is in use.
    ///
    /// @throws databridge.pyloop.cpython.PyError RuntimeError if the loop is closed or was never initialised
    public static LoopPeer of(long self) {
        LoopPeer peer = peers[Memory.getInt(self + LoopType.PEER)];
        // While close() drops what is scheduled, the flag is up and the engine still open.
        if (peer == null || Memory.getByte(self + LoopType.CLOSED) != 0) {
            throw notOpen(self);
        }
        return peer;
    }

    /// As [#of], for an object that may be anything.
    ///
    /// @throws databridge.pyloop.cpython.PyError also TypeError if it is no loop of ours
    public static LoopPeer ofAny(long object) {
        if (!ObjectApi.isInstance(object, LoopType.type())) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "a PyLoop is required, not " + ObjectApi.typeName(object));
        }
        return of(object);
    }

    /// The peer of a loop object, null if its engine is closed or was never opened.
    public static @Nullable LoopPeer ifOpen(long self) {
        return peers[Memory.getInt(self + LoopType.PEER)];
    }

    /// Closes the engine, giving up everything that is scheduled or watched. Even if that fails, no way leads here any
    /// more: the loop object may be freed next.
    void close() {
        closed = true;
        try {
            core.clear();
        } finally {
            peers[number] = null;
            Memory.putInt(self + LoopType.PEER, 0);
            try {
                Refs.clear(self + LoopType.KEYWORDS);
                new RootTable(self + LoopType.ROOTS).clear();
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

    /// The loop object. Borrowed: it outlives its peer.
    public long self() {
        return self;
    }

    public LoopCore core() {
        return core;
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

    public boolean debug() {
        return Memory.getByte(self + LoopType.DEBUG) != 0;
    }

    boolean stopping() {
        return Memory.getByte(self + LoopType.STOPPING) != 0;
    }

    /// Whether `loop.time` was replaced, so that the deadlines of delays are asyncio's business, which calls it.
    boolean hasOwnClock() {
        return clock.isReplaced();
    }

    /// Runs one iteration, or as long as the loop is not stopped if `run_forever` is the caller.
    void run() {
        boolean forever = depth == 0 && Memory.getByte(self + LoopType.FOREVER) != 0;
        long outer = runner;
        runner = ThreadApi.identity();
        depth++;
        try {
            if (forever) {
                core.run();
            } else {
                core.runOnce();
            }
        } finally {
            depth--;
            runner = outer;
        }
    }

    /// Whether the loop is run by the thread that asks.
    boolean runsInThisThread() {
        return depth > 0 && runner == ThreadApi.identity();
    }

    public boolean running() {
        return depth > 0;
    }

    private static RuntimeException notOpen(long self) {
        return ErrorApi.raise(
                Singletons.RUNTIME_ERROR,
                Memory.getByte(self + LoopType.CLOSED) != 0
                        ? "Event loop is closed"
                        : "this event loop is not initialised: a subclass's __init__ has to call super().__init__()");
    }

    private static int freeNumber() {
        for (int number = 1; number < peers.length; number++) {
            if (peers[number] == null) {
                return number;
            }
        }
        int number = peers.length;
        peers = Arrays.copyOf(peers, number * 2);
        return number;
    }
}
