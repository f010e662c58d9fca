package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.handles.HandleLayout.IN_HEAP;
import static databridge.pyloop.handles.HandleLayout.WHEN;
import static databridge.pyloop.handles.HandleLayout.WHEN_SECONDS;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticText;
import databridge.pyloop.handles.HandleLayout;
import databridge.pyloop.handles.HandlePool;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.Handles;
import databridge.pyloop.handles.ThreadSafeHandleType;
import databridge.pyloop.handles.TimerHandleType;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.Inlined;

/// `call_soon`, `call_soon_threadsafe`, `call_later` and `call_at`, and what asyncio's own code needs to
/// queue its handles.
///
/// Java serves the common call: positional arguments, at most the keyword `context`, debug mode off. Any
/// other call goes to asyncio's own method, which has a second name. That method makes all checks and
/// messages of its version, and ends in `_enqueue` here.
final class Scheduling {
    private static final PyName ASYNCIO_CALL_SOON = PyName.of("_asyncio_call_soon");
    private static final PyName ASYNCIO_CALL_SOON_THREADSAFE = PyName.of("_asyncio_call_soon_threadsafe");
    private static final PyName ASYNCIO_CALL_LATER = PyName.of("_asyncio_call_later");
    private static final PyName ASYNCIO_CALL_AT = PyName.of("_asyncio_call_at");
    private static final PyName WHEN_ATTRIBUTE = PyName.of("_when");
    private static final PyName CONTEXT_KEYWORD = PyName.of("context");
    private static final StaticText CONTEXT_TEXT = StaticText.of("context");

    /// A tuple of keyword names with another `str` object of the text `context`: asyncio's C code makes it
    /// once and passes it for every step of a task. Static because that code serves all loops.
    private static long knownContextKeywords;

    private Scheduling() {}

    static void bind() {
        knownContextKeywords = 0;
    }

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(Scheduling.class)
                .method(
                        "call_soon($self, callback, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "callSoon",
                        "Arrange for a callback to be called as soon as possible; return its Handle.")
                .method(
                        "call_soon_threadsafe($self, callback, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "callSoonThreadsafe",
                        "Like call_soon(), from any thread.")
                .method(
                        "call_later($self, delay, callback, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "callLater",
                        "Arrange for a callback to be called after delay seconds; return its TimerHandle.")
                .method(
                        "call_at($self, when, callback, *args, context=None)",
                        FASTCALL_KEYWORDS,
                        "callAt",
                        "Like call_later(), at an absolute time of the loop's clock.")
                .method(
                        "_enqueue($self, handle, /)",
                        ONE_ARGUMENT,
                        "enqueue",
                        "Append any asyncio.Handle, a timer also before it is due.")
                .method(
                        "_enqueue_timer($self, handle, /)",
                        ONE_ARGUMENT,
                        "enqueueTimer",
                        "Append any asyncio.TimerHandle.")
                .method(
                        "_timer_handle_cancelled($self, handle, /)",
                        ONE_ARGUMENT,
                        "timerCancelled",
                        "Count a cancelled timer.")
                .method("_write_to_self($self, /)", NO_ARGUMENTS, "wakeUp", "Make a blocked loop return.");
    }

    @EntryPoint
    static long callSoon(long self, long arguments, long count, long keywords) {
        LoopEngine engine = LoopEngine.of(self);
        if (!common(engine, count, 1, keywords)) {
            return CallApi.forward(ASYNCIO_CALL_SOON, self, arguments, count, keywords);
        }
        return schedule(engine, HandleType.POOL, arguments, count, keywords);
    }

    @EntryPoint
    static long callSoonThreadsafe(long self, long arguments, long count, long keywords) {
        LoopEngine engine = LoopEngine.of(self);
        if (!common(engine, count, 1, keywords)) {
            return CallApi.forward(ASYNCIO_CALL_SOON_THREADSAFE, self, arguments, count, keywords);
        }
        long handle = schedule(engine, ThreadSafeHandleType.pool(), arguments, count, keywords);
        engine.eventLoop().wakeup().wakeUp();
        return handle;
    }

    @EntryPoint
    static long callLater(long self, long arguments, long count, long keywords) {
        LoopEngine engine = LoopEngine.of(self);
        long delay = count > 0 ? Memory.getLong(arguments) : 0;
        if (!common(engine, count, 2, keywords) || !isPlainNumber(delay) || engine.hasOwnClock()) {
            return CallApi.forward(ASYNCIO_CALL_LATER, self, arguments, count, keywords);
        }
        double when = Deadline.seconds(engine.eventLoop().now()) + NumberApi.toDouble(delay);
        return scheduleAt(engine, when, 0, arguments, count, keywords);
    }

    @EntryPoint
    static long callAt(long self, long arguments, long count, long keywords) {
        LoopEngine engine = LoopEngine.of(self);
        long when = count > 0 ? Memory.getLong(arguments) : 0;
        if (!common(engine, count, 2, keywords) || !isPlainNumber(when)) {
            return CallApi.forward(ASYNCIO_CALL_AT, self, arguments, count, keywords);
        }
        return scheduleAt(engine, NumberApi.toDouble(when), when, arguments, count, keywords);
    }

    @EntryPoint
    static long enqueue(long self, long handle) {
        Handles.requireHandle(handle);
        EventLoop eventLoop = LoopEngine.of(self).eventLoop();
        if (!Handles.isInHeap(handle) || !eventLoop.scheduled().removeTimer(handle)) {
            Refs.retain(handle); // else the reference of the heap goes on
        }
        eventLoop.callSoon(handle);
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long enqueueTimer(long self, long handle) {
        Handles.requireTimerHandle(handle);
        LoopEngine.of(self); // raises if the loop is closed, before the handle is used
        long when = ObjectApi.getAttribute(handle, WHEN_ATTRIBUTE.object());
        try {
            double seconds = NumberApi.toDouble(when);
            // Converting it may have closed the loop.
            LoopEngine.of(self).eventLoop().callAt(Deadline.nanos(seconds), Refs.retain(handle));
        } finally {
            Refs.release(when);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long timerCancelled(long self, long handle) {
        Handles.requireTimerHandle(handle);
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null && Handles.isQueuedForeignTimer(handle)) {
            engine.eventLoop().timerCancelled();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long wakeUp(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            engine.eventLoop().wakeup().wakeUp();
        }
        return Refs.retain(NONE);
    }

    /// Takes a handle from a pool, fills it and queues it.
    ///
    /// @param arguments a C array of `count` objects, the callback and its arguments, then the context if
    ///     `keywords` has it
    /// @return the handle
    @Inlined
    @Owned
    static long schedule(LoopEngine engine, HandlePool pool, long arguments, long count, long keywords) {
        long handle = pool.take();
        long context = context(arguments, count, keywords);
        HandleType.fill(handle, engine.number(), Memory.getLong(arguments), context, arguments + Long.BYTES, count - 1);
        Refs.retain(handle); // one for the queue, one for the caller
        engine.eventLoop().callSoon(handle);
        return handle;
    }

    @Inlined
    @Owned
    private static long scheduleAt(
            LoopEngine engine, double when, long whenObject, long arguments, long count, long keywords) {
        long handle = TimerHandleType.POOL.take();
        long context = context(arguments, count, keywords);
        long callback = Memory.getLong(arguments + Long.BYTES);
        HandleType.fill(handle, engine.number(), callback, context, arguments + 2 * Long.BYTES, count - 2);
        Memory.putDouble(handle + WHEN_SECONDS, when);
        if (whenObject != 0 && !NumberApi.isExactFloat(whenObject)) {
            Memory.putLong(handle + WHEN, Refs.retain(whenObject));
        }
        HandleLayout.putFlags(handle, IN_HEAP);
        Refs.retain(handle);
        engine.eventLoop().callAt(Deadline.nanos(when), handle);
        return handle;
    }

    private static boolean common(LoopEngine engine, long count, int least, long keywords) {
        return count >= least && !engine.debug() && (keywords == 0 || isOnlyContext(keywords));
    }

    static boolean isOnlyContext(long keywords) {
        if (keywords == knownContextKeywords) {
            return true;
        }
        if (TupleApi.size(keywords) != 1) {
            return false;
        }
        long keyword = TupleApi.item(keywords, 0);
        if (keyword == CONTEXT_KEYWORD.object()) {
            return true;
        }
        if (!UnicodeApi.equalsAscii(keyword, CONTEXT_TEXT.address())) {
            return false;
        }
        Refs.releaseIfAny(knownContextKeywords);
        knownContextKeywords = Refs.retain(keywords);
        return true;
    }

    /// The context passed by the only keyword, which follows the positional arguments; 0 if there is none.
    @Owned
    static long context(long arguments, long count, long keywords) {
        if (keywords != 0) {
            long context = Memory.getLong(arguments + count * Long.BYTES);
            if (context != NONE) {
                return Refs.retain(context);
            }
        }
        return 0;
    }

    private static boolean isPlainNumber(long object) {
        return object != 0 && (NumberApi.isExactFloat(object) || NumberApi.isExactLong(object));
    }
}
