package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.FALSE;

import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.ffi.Memory;

/// Where the fields of a handle are: offsets in bytes from its address. With the GIL.
///
/// ```
/// asyncio's slots   _callback _args _cancelled _context _loop _repr _source_traceback __weakref__ _when ...
/// ours   argv       callback, borrowed | inline 0 | inline 1 | inline 2
///                   inline count (int) | flags (int)
///                   context variables
///                   context while running, borrowed
///                   when (double, seconds)
///                   number of the loop (long)
/// thread-safe only  waiters: a lock
/// ```
///
/// # Handles and contexts
///
/// `call_soon` promises three things: the callback runs with these arguments, in the context that was current when it
/// was
/// scheduled, and the caller gets a handle. In asyncio that is three allocations which CPython's collector tracks, for
/// each callback: the handle, the tuple of arguments and the copy of the context. Most handles are dropped unseen, and
/// so
/// many short-lived tracked objects make the collector run all the time. Here the usual call allocates nothing.
///
/// *The handle* is a real `asyncio.Handle`, of a subclass with more fields, and comes from a [HandlePool]. While only
/// the
/// loop refers to it, the garbage collector does not know it. If somebody still holds it when the loop is done with it,
/// it
/// becomes an ordinary tracked object and never returns to the pool. A pool can hold no object that somebody can see.
///
/// *The arguments*, up to three, are kept inline, right behind a second, borrowed pointer to the callback: as they
/// stand, these fields are the argument array of `Context.run`. `_args`, `_context`, `_loop` and `_when` stay empty
/// until
/// somebody asks for them, or keeps the handle when the loop is done with it.
///
/// *The context.* A `contextvars.Context` is a mutable reference to an immutable mapping of variables (PEP 567). To
/// copy a
/// context is to make another object that refers to the same mapping. So it is enough to keep the mapping, which
/// costs one reference count, and to put it into some context object for the time of the call. [ScratchContexts] keeps
/// a
/// few of these for reuse. A callback that sets a variable gives the scratch context another mapping, and the one that
/// was
/// captured stays as it was. If somebody has taken hold of the context object itself, through `_context` of the running
/// handle for example, its reference count shows it: the object is then an ordinary context and not used again.
///
/// ```
///                scheduled                running                         done
/// callback       owned by _callback       owned by the runner as well     released
/// argv           unset                    borrowed from the runner        dangles: nobody reads it
/// inline 0..2    owned                    owned, borrowed by the callee   released
/// variables      owned                    moved into a scratch context    released with the context
/// run context    unset                    borrowed from the runner        dangles: nobody reads it
/// ```
///
/// The two borrowed fields are valid while the flag [#RUNNING] is set. `cancel()` in that time leaves the inline
/// arguments
/// where they are, because the callee reads them from there; the runner releases them when it is back.
public final class HandleLayout {
    public static long ASYNCIO_HANDLE;
    public static long ASYNCIO_TIMER_HANDLE;

    public static long ARGS;
    public static long CALLBACK;
    static long CANCELLED;
    public static long CONTEXT;
    static long LOOP;
    static long REPR;
    static long SOURCE_TRACEBACK;
    public static long WHEN;
    public static long SCHEDULED;
    static long WEAK_REFERENCES;

    /// Both our types put their own fields behind the larger of the two bases, so that one code serves both.
    private static long OWN_FIELDS;

    static final int INLINE_LIMIT = 3;
    public static long ARGV;
    static long INLINE;
    static long INLINE_COUNT;
    static long FLAGS;
    public static long VARS;
    public static long RUN_CONTEXT;
    public static long WHEN_SECONDS;
    static long LOOP_NUMBER;
    static long SIZE;

    /// `asyncio.events._ThreadSafeHandle`, 0 before Python 3.14: then the fields that follow do not exist.
    public static long ASYNCIO_THREAD_SAFE_HANDLE;

    /// asyncio's lock, NULL until somebody asks for it.
    static long THREAD_SAFE_LOCK;
    /// A lock that threads which wait for the end of the callback acquire, NULL if none does.
    static long WAITERS;
    static long THREAD_SAFE_SIZE;

    /// The callback is running, so the inline arguments must stay where they are.
    public static final int RUNNING = 1;
    /// In the timer heap.
    public static final int IN_HEAP = 2;

    private HandleLayout() {}

    static void bind() {
        ASYNCIO_HANDLE = ImportApi.attribute("asyncio.events", "Handle");
        ASYNCIO_TIMER_HANDLE = ImportApi.attribute("asyncio.events", "TimerHandle");
        ARGS = slot("_args");
        CALLBACK = slot("_callback");
        CANCELLED = slot("_cancelled");
        CONTEXT = slot("_context");
        LOOP = slot("_loop");
        REPR = slot("_repr");
        SOURCE_TRACEBACK = slot("_source_traceback");
        WHEN = DescriptorLayout.memberOffset(ASYNCIO_TIMER_HANDLE, "_when");
        SCHEDULED = DescriptorLayout.memberOffset(ASYNCIO_TIMER_HANDLE, "_scheduled");
        WEAK_REFERENCES = TypeApi.weakListOffset(ASYNCIO_HANDLE);
        OWN_FIELDS = TypeApi.basicSize(ASYNCIO_TIMER_HANDLE);
        ARGV = OWN_FIELDS;
        INLINE = ARGV + Long.BYTES;
        INLINE_COUNT = INLINE + INLINE_LIMIT * Long.BYTES;
        FLAGS = INLINE_COUNT + Integer.BYTES;
        VARS = FLAGS + Integer.BYTES;
        RUN_CONTEXT = VARS + Long.BYTES;
        WHEN_SECONDS = RUN_CONTEXT + Long.BYTES;
        LOOP_NUMBER = WHEN_SECONDS + Double.BYTES;
        SIZE = LOOP_NUMBER + Long.BYTES;
        WAITERS = SIZE;
        THREAD_SAFE_SIZE = WAITERS + Long.BYTES;
        ASYNCIO_THREAD_SAFE_HANDLE = ImportApi.optionalAttribute("asyncio.events", "_ThreadSafeHandle");
        if (ASYNCIO_THREAD_SAFE_HANDLE != 0) {
            THREAD_SAFE_LOCK = DescriptorLayout.memberOffset(ASYNCIO_THREAD_SAFE_HANDLE, "_lock");
        }
    }

    public static boolean cancelled(long handle) {
        return Memory.getLong(handle + CANCELLED) != FALSE;
    }

    public static int flags(long handle) {
        return Memory.getInt(handle + FLAGS);
    }

    public static void putFlags(long handle, int flags) {
        Memory.putInt(handle + FLAGS, flags);
    }

    public static int inlineCount(long handle) {
        return Memory.getInt(handle + INLINE_COUNT);
    }

    static long inlineField(long handle, int index) {
        return handle + INLINE + (long) index * Long.BYTES;
    }

    private static long slot(String name) {
        return DescriptorLayout.memberOffset(ASYNCIO_HANDLE, name);
    }
}
