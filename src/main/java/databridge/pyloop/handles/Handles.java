package databridge.pyloop.handles;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.UnicodeApi;
import databridge.pyloop.cpython.WatchedMethod;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// Operations on a handle of any type: the three that are defined here, and those of asyncio or of a
/// subclass. With the GIL.
public final class Handles {
    private static final PyName CANCEL = PyName.of("cancel");

    /// `asyncio.Handle._run`, which monitors of slow callbacks replace.
    public static final WatchedMethod RUN = new WatchedMethod(PyName.of("_run"));

    private Handles() {}

    static void bind() {
        long neighbour = ObjectApi.getAttribute(
                ImportApi.attribute("asyncio.events", "AbstractEventLoop"), UnicodeApi.interned("run_forever"));
        RUN.bind(HandleLayout.ASYNCIO_HANDLE, neighbour);
        Refs.release(neighbour);
    }

    /// Whether an object is an `asyncio.Handle`.
    public static boolean isHandle(long object) {
        return isOurs(object) || ObjectApi.isInstance(object, HandleLayout.ASYNCIO_HANDLE);
    }

    /// Whether the fields of [HandleLayout] exist: for our own types exactly, not for subclasses.
    public static boolean isOurs(long handle) {
        long type = ObjectApi.typeOf(handle);
        return type == HandleType.TYPE || type == TimerHandleType.TYPE || type == ThreadSafeHandleType.TYPE;
    }

    /// Checks that an object is an `asyncio.Handle`.
    ///
    /// @throws databridge.pyloop.cpython.PyError TypeError if it is not
    public static void requireHandle(long object) {
        if (!ObjectApi.isInstance(object, HandleLayout.ASYNCIO_HANDLE)) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR, "an asyncio.Handle is required, not " + ObjectApi.typeName(object));
        }
    }

    /// Checks that an object is an `asyncio.TimerHandle`.
    ///
    /// @throws databridge.pyloop.cpython.PyError TypeError if it is not
    public static void requireTimerHandle(long object) {
        if (!ObjectApi.isInstance(object, HandleLayout.ASYNCIO_TIMER_HANDLE)) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR, "an asyncio.TimerHandle is required, not " + ObjectApi.typeName(object));
        }
    }

    /// Whether a timer handle is one of asyncio's own that is in the timer heap.
    public static boolean isQueuedForeignTimer(long handle) {
        return !isOurs(handle) && Memory.getLong(handle + HandleLayout.SCHEDULED) == Singletons.TRUE;
    }

    /// Whether a handle is in the timer heap of a loop.
    public static boolean isInHeap(long handle) {
        return isOurs(handle)
                ? (HandleLayout.flags(handle) & HandleLayout.IN_HEAP) != 0
                : ObjectApi.isInstance(handle, HandleLayout.ASYNCIO_TIMER_HANDLE) && isQueuedForeignTimer(handle);
    }

    /// Records that a handle has left the timer heap.
    public static void leftHeap(long handle) {
        if (isOurs(handle)) {
            HandleLayout.putFlags(handle, HandleLayout.flags(handle) & ~HandleLayout.IN_HEAP);
        } else if (ObjectApi.isInstance(handle, HandleLayout.ASYNCIO_TIMER_HANDLE)) {
            Refs.replace(handle + HandleLayout.SCHEDULED, Refs.retain(Singletons.FALSE));
        }
    }

    /// Calls `handle.cancel()`. An exception is reported as unraisable.
    public static void cancel(long handle) {
        if (ObjectApi.typeOf(handle) == HandleType.TYPE) {
            HandleType.markCancelled(handle);
            return;
        }
        long result = CallApi.callMethod(CANCEL, handle);
        if (result == 0) {
            ErrorApi.writeUnraisable(handle);
        } else {
            Refs.release(result);
        }
    }

    /// Releases the reference that a queue owned; a handle of ours returns to its pool if it was the last one.
    @Inlined
    public static void giveBack(@Stolen long handle) {
        long type = ObjectApi.typeOf(handle);
        if (type == HandleType.TYPE) {
            HandleType.POOL.giveBack(handle);
        } else {
            giveBackOther(handle, type);
        }
    }

    @NotInlined
    private static void giveBackOther(@Stolen long handle, long type) {
        if (type == TimerHandleType.TYPE) {
            TimerHandleType.POOL.giveBack(handle);
        } else if (type == ThreadSafeHandleType.TYPE) {
            ThreadSafeHandleType.callbackEnded(handle);
            ThreadSafeHandleType.POOL.giveBack(handle);
        } else {
            Refs.release(handle);
        }
    }

    /// Makes a handle that has left the queue, and is the program's from now on, an ordinary object.
    public static void leaveLoop(long handle) {
        if (isOurs(handle)) {
            HandleProperties.complete(handle);
            ObjectApi.track(handle);
        }
    }

    /// Frees some of the pooled handles that no loop needed lately. To be called when a loop is idle.
    public static void trimPools() {
        HandleType.POOL.trim();
        TimerHandleType.POOL.trim();
        ThreadSafeHandleType.POOL.trim();
    }
}
