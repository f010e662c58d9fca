package databridge.pyloop.handles;

import static databridge.pyloop.cpython.CallingConvention.NO_ARGUMENTS;
import static databridge.pyloop.cpython.Singletons.FALSE;
import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.handles.HandleLayout.RUNNING;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;

/// `_ThreadSafeHandle`: what `call_soon_threadsafe` returns where asyncio has `events._ThreadSafeHandle`, from Python
/// 3.14 on. With the GIL.
///
/// Its `cancel` and `cancelled` wait, in other threads than the loop's, until the callback has returned if it
/// is running. asyncio's handle has a lock for that, which it takes for each callback; here a lock is made
/// when a thread has to wait. If Python code runs the handle by asyncio's own `_run`, asyncio's lock is made,
/// and all methods use it.
public final class ThreadSafeHandleType {
    private static final PyName ACQUIRE = PyName.of("acquire");
    private static final PyName RELEASE = PyName.of("release");

    /// 0 where asyncio has no such handles.
    static long TYPE;

    static final HandlePool POOL = new HandlePool(HandlePool.Kind.THREAD_SAFE);

    private static long ALLOCATE_LOCK;
    private static long RLOCK;

    private ThreadSafeHandleType() {}

    static void bind() {
        long base = HandleLayout.ASYNCIO_THREAD_SAFE_HANDLE;
        if (base == 0) {
            TYPE = 0;
            return;
        }
        ALLOCATE_LOCK = ImportApi.attribute("_thread", "allocate_lock");
        RLOCK = ImportApi.attribute("_thread", "RLock");
        TypeDef type = TypeDef.named(
                        ThreadSafeHandleType.class,
                        "data_bridge.pyloop._ThreadSafeHandle",
                        "A callback scheduled from any thread.")
                .method("cancel($self, /)", NO_ARGUMENTS, "cancel", "Cancel the callback.")
                .method("cancelled($self, /)", NO_ARGUMENTS, "cancelled", "Return whether it was cancelled.")
                .property("_lock", "getLock", "setLock", "Held while asyncio's own code runs the callback.")
                .hiddenMember("_waiters", HandleLayout.WAITERS);
        TYPE = HandleProperties.declare(type).build(base, HandleLayout.THREAD_SAFE_SIZE);
        POOL.bind(TYPE, HandleLayout.THREAD_SAFE_SIZE);
    }

    /// The pool for the handles of `call_soon_threadsafe` on this version of Python.
    public static HandlePool pool() {
        return TYPE == 0 ? HandleType.POOL : POOL;
    }

    @EntryPoint
    static long cancel(long self) {
        long lock = enter(self);
        try {
            HandleType.markCancelled(self);
        } finally {
            leave(lock);
        }
        return Refs.retain(NONE);
    }

    @EntryPoint
    static long cancelled(long self) {
        long lock = enter(self);
        try {
            return Refs.retain(HandleLayout.cancelled(self) ? TRUE : FALSE);
        } finally {
            leave(lock);
        }
    }

    @EntryPoint
    @Owned
    static long getLock(long self) {
        if (Memory.getLong(self + HandleLayout.THREAD_SAFE_LOCK) == 0) {
            long lock = PyError.orThrow(CallApi.call(RLOCK));
            if (Memory.getLong(self + HandleLayout.THREAD_SAFE_LOCK) == 0) {
                Memory.putLong(self + HandleLayout.THREAD_SAFE_LOCK, lock);
            } else { // another thread has set it meanwhile
                Refs.release(lock);
            }
        }
        return Refs.retain(Memory.getLong(self + HandleLayout.THREAD_SAFE_LOCK));
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setLock(long self, long value) {
        Refs.replace(self + HandleLayout.THREAD_SAFE_LOCK, value == 0 ? 0 : Refs.retain(value));
        return 0;
    }

    /// Wakes waiting threads. Called when the callback has returned and the handle is no longer marked
    /// as running.
    static void callbackEnded(long handle) {
        long lock = Memory.getLong(handle + HandleLayout.WAITERS);
        if (lock == 0) {
            return;
        }
        Memory.putLong(handle + HandleLayout.WAITERS, 0);
        long result = CallApi.callMethod(RELEASE, lock);
        if (result == 0) {
            ErrorApi.writeUnraisable(handle);
        } else {
            Refs.release(result);
        }
        Refs.release(lock);
    }

    /// Waits until no other thread runs the callback.
    ///
    /// @return asyncio's lock, acquired, if there is one, otherwise 0; to be passed to [#leave]
    /// @throws PyError what a signal handler raised meanwhile
    @Owned
    private static long enter(long handle) {
        while (runsElsewhere(handle)) {
            awaitEnd(handle);
        }
        long lock = Memory.getLong(handle + HandleLayout.THREAD_SAFE_LOCK);
        if (lock != 0) {
            Refs.retain(lock);
            CallApi.run(ACQUIRE, lock);
        }
        return lock;
    }

    private static void leave(long lock) {
        if (lock != 0) {
            CallApi.run(RELEASE, lock);
            Refs.release(lock);
        }
    }

    private static boolean runsElsewhere(long handle) {
        if ((HandleLayout.flags(handle) & RUNNING) == 0) {
            return false;
        }
        HandleOwner owner = LoopNumbers.ownerOf(handle);
        return owner != null && !owner.runsInThisThread();
    }

    private static void awaitEnd(long handle) {
        long lock = Memory.getLong(handle + HandleLayout.WAITERS);
        if (lock == 0) {
            lock = PyError.orThrow(CallApi.call(ALLOCATE_LOCK));
            CallApi.run(ACQUIRE, lock);
            // Making the lock may have let the loop's thread run.
            if (!runsElsewhere(handle) || Memory.getLong(handle + HandleLayout.WAITERS) != 0) {
                Refs.release(lock);
                return;
            }
            Memory.putLong(handle + HandleLayout.WAITERS, lock);
        }
        Refs.retain(lock);
        try {
            CallApi.run(ACQUIRE, lock);
            CallApi.run(RELEASE, lock);
        } finally {
            Refs.release(lock);
        }
    }
}
