package databridge.pyloop.loop;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.RootTable;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.cpython.WeakRefs;
import databridge.pyloop.engine.Clock;
import databridge.pyloop.engine.DescriptorPoller;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.HandleOwner;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.LoopNumbers;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The Java half of a loop object: its event loop, its poller and its watched descriptors.
///
/// The loop object and each of its handles have its number in a C field, see [LoopNumbers]. It exists from
/// `_open_engine` to `_close_engine`. Under the GIL.
public final class LoopEngine implements HandleOwner {
    private static Supplier<? extends DescriptorPoller> pollers = () -> {
        throw new IllegalStateException("LoopBinding.bind was not called");
    };

    private final int number;
    private final long self;
    private final DescriptorPoller poller;
    private final Clock clock;
    private final EventLoop eventLoop;
    private final FdWatchers watchers;
    private final TransportRegistrations transportRegistrations;
    private Scratch scratch = new Scratch();
    /// To the loop object: handles that the program keeps can outlive it.
    private final long weakSelf;
    private final TransportsByFd transports = new TransportsByFd();
    private int depth;
    private long runner;
    private boolean closed;

    private LoopEngine(int number, long self, long weakSelf, DescriptorPoller poller, long pollBoundNs) {
        this.number = number;
        this.self = self;
        this.weakSelf = weakSelf;
        this.poller = poller;
        clock = new LoopClock(self);
        GilSection gil = new GilSection(self);
        CallbackRunner callbacks = new CallbackRunner(self, gil);
        eventLoop = new EventLoop(callbacks, poller, gil, clock, pollBoundNs);
        callbacks.runFor(eventLoop);
        FdTable table = new FdTable(new RootTable(self + LoopLayout.ROOTS));
        watchers = new FdWatchers(eventLoop, poller, table, callArguments());
        transportRegistrations = new TransportRegistrations(eventLoop, poller, table, watchers);
    }

    /// Sets the factory of pollers, of which each loop gets one.
    static void bind(Supplier<? extends DescriptorPoller> makesPollers) {
        pollers = makesPollers;
    }

    /// Opens the engine of a loop object.
    ///
    /// @param pollBoundNs in nanoseconds, see [EventLoop]
    /// @throws databridge.pyloop.cpython.PyError TypeError if the object can have no weak references
    static void open(long self, long pollBoundNs) {
        int number = LoopNumbers.reserve();
        long weakSelf = 0;
        DescriptorPoller poller = null;
        try {
            weakSelf = WeakRefs.of(self);
            poller = pollers.get();
            LoopNumbers.put(number, new LoopEngine(number, self, weakSelf, poller, pollBoundNs));
        } catch (Throwable failed) {
            LoopNumbers.remove(number);
            Refs.releaseIfAny(weakSelf);
            if (poller != null) {
                poller.close();
            }
            throw failed;
        }
        Memory.putInt(self + LoopLayout.NUMBER, number);
    }

    /// The engine of a loop object that is in use.
    ///
    /// @throws databridge.pyloop.cpython.PyError RuntimeError if the loop is closed or was never initialised
    public static LoopEngine of(long self) {
        LoopEngine engine = ifOpen(self);
        // While close() drops what is scheduled, the flag is set and the engine still open.
        if (engine == null || LoopLayout.closed(self)) {
            throw notOpen(self);
        }
        return engine;
    }

    /// The engine of a loop object, null if its engine is closed or was never opened.
    public static @Nullable LoopEngine ifOpen(long self) {
        return (LoopEngine) LoopNumbers.get(LoopLayout.number(self));
    }

    /// Closes the engine: drops what is scheduled and ends all registrations. If dropping fails, the loop
    /// object loses its engine nevertheless, because the object may be freed next.
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
                scratch.free();
                scratch = Scratch.ofClosedLoops();
                transports.clear();
                Refs.release(weakSelf);
            }
        }
    }

    /// Whether the engine is closed.
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isGone() {
        return !closed && WeakRefs.target(weakSelf) == 0; // close() is a method of the object, which then exists
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

    /// The readers and writers that users have added.
    public FdWatchers watchers() {
        return watchers;
    }

    /// The registrations of transports' descriptors with the poller.
    public TransportRegistrations transportRegistrations() {
        return transportRegistrations;
    }

    /// The transport that each descriptor belongs to.
    public TransportsByFd transports() {
        return transports;
    }

    /// The memory for system calls and calls into Python. Not to be kept during a call that can close the loop.
    public Scratch scratch() {
        return scratch;
    }

    /// See [Scratch#callArguments].
    public ArgumentArray callArguments() {
        return scratch.callArguments();
    }

    @Override
    public boolean debug() {
        return LoopLayout.debug(self);
    }

    /// Whether `loop.time` was replaced. asyncio's own code, which calls it, then computes deadlines
    /// from delays.
    boolean hasOwnClock() {
        return clock.isReplaced();
    }

    /// Whether [#callSoon] may be used. Otherwise Python code has to call the loop's `call_soon`: in debug mode, and
    /// if a subclass or a program has replaced that method.
    public boolean schedulesHere() {
        return !debug() && !LoopLayout.hasOwnCallSoon(self);
    }

    /// `loop.call_soon(callback, argument, context=context)` of an open loop.
    ///
    /// @param context borrowed; 0 for a copy of the current one
    /// @throws databridge.pyloop.cpython.PyError MemoryError
    public void callSoon(long callback, long argument, long context) {
        long array = callArguments().take(1);
        long handle = 0;
        try {
            Memory.putLong(array, argument);
            handle = HandleType.POOL.take();
            HandleType.fill(handle, number, callback, context == 0 ? 0 : Refs.retain(context), array, 1);
            eventLoop.callSoon(handle);
        } catch (Throwable failed) {
            Refs.releaseIfAny(handle);
            throw failed;
        } finally {
            callArguments().giveBack(array);
        }
    }

    /// Ends the run of the loop with an exception, before the next callback.
    void leaveNext(@Stolen long exception) {
        long[] number = new long[1];
        number[0] = eventLoop.addTask(() -> {
            eventLoop.removeTask(number[0]);
            ErrorApi.restore(exception);
            throw PyError.pending();
        });
        eventLoop.putBack(number[0]);
    }

    /// Runs one iteration; if `run_forever` is the caller, iterations until the loop is stopped.
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

    /// Polls or waits for events, for code outside of the engine that runs iterations of its own.
    ///
    /// @param timeoutNs see [EventLoop#select]
    void select(long timeoutNs) {
        long outer = runner;
        runner = ThreadApi.identity();
        depth++;
        try {
            eventLoop.select(timeoutNs);
        } finally {
            depth--;
            runner = outer;
        }
    }

    /// A descriptor that is readable while there are events.
    int pollDescriptor() {
        return poller.descriptor();
    }

    /// Whether the calling thread is in an iteration of the engine, which will run what is deferred.
    public boolean iterates() {
        return runsInThisThread() && !eventLoop.runsOutside();
    }

    /// Whether the calling thread runs the loop at this moment.
    @Override
    public boolean runsInThisThread() {
        return depth > 0 && runner == ThreadApi.identity();
    }

    /// Whether the loop runs, in any thread.
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
