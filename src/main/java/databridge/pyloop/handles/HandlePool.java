package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.handles.HandleLayout.ARGS;
import static databridge.pyloop.handles.HandleLayout.CALLBACK;
import static databridge.pyloop.handles.HandleLayout.CANCELLED;
import static databridge.pyloop.handles.HandleLayout.CONTEXT;
import static databridge.pyloop.handles.HandleLayout.INLINE;
import static databridge.pyloop.handles.HandleLayout.INLINE_COUNT;
import static databridge.pyloop.handles.HandleLayout.LOOP;
import static databridge.pyloop.handles.HandleLayout.REPR;
import static databridge.pyloop.handles.HandleLayout.SCHEDULED;
import static databridge.pyloop.handles.HandleLayout.SOURCE_TRACEBACK;
import static databridge.pyloop.handles.HandleLayout.VARS;
import static databridge.pyloop.handles.HandleLayout.WEAK_REFERENCES;
import static databridge.pyloop.handles.HandleLayout.WHEN;

import databridge.pyloop.collections.LongStack;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// Handles of one type for reuse: empty, and not tracked by CPython's garbage collector. Under the GIL.
///
/// The collector counts allocations of the objects that it tracks, so a burst of callbacks makes it run again
/// and again over all that is queued. A reused handle is not counted. The loop's own handles are not tracked;
/// one that the program still refers to is tracked when the loop releases it.
///
/// The pools serve all loops. A handle in a pool belongs to no loop, and a pool for each loop would multiply
/// the memory.
public final class HandlePool {
    /// The most handles in the pool: what a burst of 128k callbacks leaves behind, 24 MB.
    private static final int LIMIT = 1 << 17;
    /// So many handles stay in the pool, however idle the loops are.
    private static final int FLOOR = 1 << 10;

    /// The most handles that one [#trim] frees: half a millisecond of work.
    private static final int MOST_PER_TRIM = 1 << 13;

    private long type;
    private long instanceSize;
    private final LongStack free = new LongStack(FLOOR);
    /// The smallest size of the pool since the last [#trim]: so many handles were not needed.
    private int unused;

    /// The class of asyncio that the handles are instances of.
    enum Kind {
        /// `asyncio.Handle`
        PLAIN,
        /// `asyncio.TimerHandle`
        TIMER,
        /// `asyncio.events._ThreadSafeHandle`
        THREAD_SAFE
    }

    private final boolean timers;
    private final boolean threadSafe;

    HandlePool(Kind kind) {
        timers = kind == Kind.TIMER;
        threadSafe = kind == Kind.THREAD_SAFE;
    }

    /// Empties the pool, for an interpreter that has just started.
    ///
    /// @param pooled the type of the handles; those of subclasses are not pooled
    /// @param size of an instance in bytes
    void bind(long pooled, long size) {
        type = pooled;
        instanceSize = size;
        free.clear();
        unused = 0;
    }

    /// A handle whose constant fields are filled.
    @Inlined
    @Owned
    public long take() {
        if (free.isEmpty()) {
            unused = 0;
            return create();
        }
        long handle = free.pop();
        unused = Math.min(unused, free.size());
        return handle;
    }

    /// Releases a reference, and keeps the handle for reuse if it was the last one.
    @Inlined
    void giveBack(@Stolen long handle) {
        if (!isPlain(handle) || free.size() >= LIMIT) {
            giveBackOther(handle);
            return;
        }
        // Emptied before anything is released: a release may run code that schedules, and so takes this
        // handle from the pool.
        long callback = Refs.take(handle + CALLBACK);
        long context = Refs.take(handle + CONTEXT);
        if (Memory.getInt(handle + INLINE_COUNT) > 0) {
            giveBackWithArguments(handle, callback, context);
            return;
        }
        free.push(handle);
        Refs.releaseIfAny(callback);
        Refs.releaseIfAny(context);
    }

    @NotInlined
    private void giveBackWithArguments(@Stolen long handle, @Stolen long callback, @Stolen long context) {
        long argument0 = Refs.take(handle + INLINE);
        long argument1 = Refs.take(handle + INLINE + Long.BYTES);
        long argument2 = Refs.take(handle + INLINE + 2 * Long.BYTES);
        free.push(handle);
        Refs.releaseIfAny(callback);
        Refs.releaseIfAny(context);
        Refs.releaseIfAny(argument0);
        Refs.releaseIfAny(argument1);
        Refs.releaseIfAny(argument2);
    }

    /// Whether only the caller refers to a handle that has a callback and nothing else, apart from
    /// a context and inline arguments.
    @Inlined
    private boolean isPlain(long handle) {
        long others = Memory.getLong(handle + WEAK_REFERENCES)
                | Memory.getLong(handle + VARS)
                | Memory.getLong(handle + LOOP)
                | Memory.getLong(handle + ARGS);
        if (timers) {
            others |= Memory.getLong(handle + WHEN);
        }
        if (threadSafe) {
            others |= Memory.getLong(handle + HandleLayout.THREAD_SAFE_LOCK);
        }
        return others == 0
                && Refs.unshared(handle)
                && Memory.getLong(handle + CANCELLED) == FALSE
                && Memory.getLong(handle + REPR) == NONE;
    }

    @NotInlined
    private void giveBackOther(@Stolen long handle) {
        if (!Refs.unshared(handle) || Memory.getLong(handle + WEAK_REFERENCES) != 0) {
            HandleProperties.complete(handle);
            ObjectApi.track(handle);
            Refs.release(handle);
            return;
        }
        long callback = Refs.take(handle + CALLBACK); // emptied first, as above
        long context = Refs.take(handle + CONTEXT);
        long vars = Refs.take(handle + VARS);
        long loop = Refs.take(handle + LOOP);
        long argument0 = 0;
        long argument1 = 0;
        long argument2 = 0;
        if (Memory.getInt(handle + INLINE_COUNT) > 0) {
            argument0 = Refs.take(handle + INLINE);
            argument1 = Refs.take(handle + INLINE + Long.BYTES);
            argument2 = Refs.take(handle + INLINE + 2 * Long.BYTES);
        }
        long tuple = Refs.take(handle + ARGS);
        long own = timers ? Refs.take(handle + WHEN) : 0;
        if (threadSafe) {
            own = Refs.take(handle + HandleLayout.THREAD_SAFE_LOCK);
        }
        if (loop != 0) {
            // It was completed, and so is tracked: for example a reader that its own callback has removed.
            ObjectApi.untrack(handle);
        }
        restoreConstants(handle);
        if (free.size() < LIMIT) {
            free.push(handle);
        } else {
            Refs.release(handle);
        }
        Refs.releaseIfAny(callback);
        Refs.releaseIfAny(context);
        Refs.releaseIfAny(vars);
        Refs.releaseIfAny(argument0);
        Refs.releaseIfAny(argument1);
        Refs.releaseIfAny(argument2);
        Refs.releaseIfAny(tuple);
        Refs.releaseIfAny(own);
        Refs.releaseIfAny(loop);
    }

    /// Frees some of the handles that were not needed since the last call. Called when a loop is idle.
    void trim() {
        int surplus = Math.min(unused, free.size() - FLOOR);
        for (int i = Math.min(surplus, MOST_PER_TRIM); i > 0; i--) {
            Refs.release(free.pop());
        }
        unused = free.size();
    }

    @NotInlined
    private long create() {
        long handle = ObjectApi.allocateUntracked(type, instanceSize);
        Memory.putLong(handle + CANCELLED, Refs.retain(FALSE));
        Memory.putLong(handle + REPR, Refs.retain(NONE));
        Memory.putLong(handle + SOURCE_TRACEBACK, Refs.retain(NONE));
        if (timers) {
            Memory.putLong(handle + SCHEDULED, Refs.retain(FALSE));
        }
        return handle;
    }

    private static void restoreConstants(long handle) {
        if (Memory.getLong(handle + CANCELLED) != FALSE) {
            Refs.replace(handle + CANCELLED, Refs.retain(FALSE));
        }
        if (Memory.getLong(handle + REPR) != NONE) {
            Refs.replace(handle + REPR, Refs.retain(NONE));
        }
    }
}
