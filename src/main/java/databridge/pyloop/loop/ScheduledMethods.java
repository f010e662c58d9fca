package databridge.pyloop.loop;

import static databridge.pyloop.cpython.CallingConvention.FASTCALL_KEYWORDS;
import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.CallingConvention.ONE_ARGUMENT;
import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;

import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PositionalOnly;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.StackGuard;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.engine.Poller;
import databridge.pyloop.engine.Scheduled;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.Handles;
import databridge.pyloop.runtime.EntryPoint;

/// What the views of the queues and of the selector need, `loop._ready`, `loop._scheduled` and
/// `loop._selector`: code outside of the engine reads them, and some runs iterations of its own with
/// them. With the GIL.
final class ScheduledMethods {
    private ScheduledMethods() {}

    static TypeDef declare(TypeDef type) {
        return type.implementedBy(ScheduledMethods.class)
                .method("_clear_scheduled($self, /)", NO_ARGUMENTS, "clear", "Drop all scheduled callbacks.")
                .method("_ready_count($self, /)", NO_ARGUMENTS, "readyCount", "Return how many callbacks are ready.")
                .method(
                        "_ready_handles($self, /)",
                        NO_ARGUMENTS,
                        "readyHandles",
                        "Return the handles that are ready; None for a transport that is gone.")
                .method(
                        "_take_ready($self, index, /)",
                        ONE_ARGUMENT,
                        "takeReady",
                        "Remove and return a handle that is ready; None for a transport that is gone.")
                .method(
                        "_insert_ready($self, index, handle, /)",
                        FASTCALL_KEYWORDS,
                        "insertReady",
                        "Insert any asyncio.Handle among those that are ready.")
                .method(
                        "_timer_handles($self, /)",
                        NO_ARGUMENTS,
                        "timerHandles",
                        "Return the timers that are not due, in the order of a heap.")
                .method(
                        "_remove_timer($self, handle, /)",
                        ONE_ARGUMENT,
                        "removeTimer",
                        "Forget a timer that is not due; return whether there was one.")
                .method(
                        "_select($self, timeout, /)",
                        ONE_ARGUMENT,
                        "select",
                        "Poll for a time in seconds, or without limit for None, and schedule what the events are for.")
                .method(
                        "_poll_descriptor($self, /)",
                        NO_ARGUMENTS,
                        "pollDescriptor",
                        "Return a descriptor that is readable while there are events.");
    }

    @EntryPoint
    static long clear(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            engine.eventLoop().clear();
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long readyCount(long self) {
        LoopEngine engine = LoopEngine.ifOpen(self);
        return NumberApi.fromLong(
                engine == null ? 0 : engine.eventLoop().scheduled().readyCount());
    }

    @EntryPoint
    @Owned
    static long readyHandles(long self) {
        long list = ListApi.empty();
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine == null) {
            return list;
        }
        Scheduled scheduled = engine.eventLoop().scheduled();
        // Making the handle of a task runs Python code, which may change the queue.
        for (int i = 0; i < scheduled.readyCount() && !engine.isClosed(); i++) {
            long callback = scheduled.ready(i);
            if (callback > 0) {
                ListApi.append(list, callback);
            } else {
                long handle = scheduled.callbackOf(callback);
                ListApi.append(list, handle == 0 ? NONE : handle);
                Refs.releaseIfAny(handle);
            }
        }
        return list;
    }

    @EntryPoint
    @Owned
    static long takeReady(long self, long index) {
        LoopEngine engine = LoopEngine.of(self);
        Scheduled scheduled = engine.eventLoop().scheduled();
        long handle = scheduled.takeReady(position(index, scheduled.readyCount() - 1));
        if (handle == 0) {
            return Refs.retain(NONE);
        }
        Handles.leaveLoop(handle);
        return handle;
    }

    @EntryPoint
    static long insertReady(long self, long arguments, long count, long keywords) {
        PositionalOnly.require("_insert_ready", 2, count, keywords);
        long handle = Memory.getLong(arguments + Long.BYTES);
        Handles.requireHandle(handle);
        Scheduled scheduled = LoopEngine.of(self).eventLoop().scheduled();
        int index = position(Memory.getLong(arguments), scheduled.readyCount());
        if (!Handles.isInHeap(handle) || !scheduled.removeTimer(handle)) {
            Refs.retain(handle); // else the reference of the heap goes on
        }
        scheduled.insertReady(index, handle);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long timerHandles(long self) {
        long list = ListApi.empty();
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine != null) {
            Scheduled scheduled = engine.eventLoop().scheduled();
            for (int i = 0; i < scheduled.timerCount(); i++) {
                ListApi.append(list, scheduled.timer(i));
            }
        }
        return list;
    }

    @EntryPoint
    static long removeTimer(long self, long handle) {
        Handles.requireTimerHandle(handle);
        LoopEngine engine = LoopEngine.ifOpen(self);
        if (engine == null
                || !Handles.isInHeap(handle)
                || !engine.eventLoop().scheduled().removeTimer(handle)) {
            return Refs.retain(FALSE);
        }
        Handles.leaveLoop(handle);
        Refs.release(handle); // the heap's; the caller has its own
        return Refs.retain(TRUE);
    }

    @EntryPoint
    static long select(long self, long timeout) {
        StackGuard.check();
        long nanos = timeout == NONE ? Poller.FOREVER : Deadline.nanos(NumberApi.toDouble(timeout));
        LoopEngine.of(self).select(nanos);
        return Refs.retain(NONE);
    }

    @EntryPoint
    @Owned
    static long pollDescriptor(long self) {
        return NumberApi.fromLong(LoopEngine.of(self).pollDescriptor());
    }

    private static int position(long index, int largest) {
        long position = NumberApi.asLong(index);
        if (position < 0 || position > largest) {
            throw ErrorApi.raise(Singletons.INDEX_ERROR, "index out of range");
        }
        return (int) position;
    }
}
