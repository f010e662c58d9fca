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
/// `call_soon` promises three things: the callback runs with these arguments, it runs in the context that was
/// current when it was scheduled, and the caller gets a handle. asyncio makes three objects for each callback
/// which CPython's garbage collector tracks: the handle, the tuple of arguments and the copy of the context.
/// Most handles are dropped without being looked at, and so many short-lived tracked objects make the
/// collector run all the time. Here the usual call allocates nothing.
///
/// *The handle* is a real `asyncio.Handle`, of a subclass with more fields, and comes from a [HandlePool].
/// While only the loop refers to it, the garbage collector does not track it. If the program still refers to
/// it when the loop is done with it, it becomes an ordinary tracked object and does not return to the pool.
/// So a program never sees a handle that is in a pool.
///
/// *The arguments*, up to three, are kept inline, right behind a second, borrowed pointer to the callback.
/// Together these fields are the argument array of `Context.run`. `_args`, `_context`, `_loop` and `_when`
/// stay empty until the program reads them, or keeps the handle longer than the loop does.
///
/// *The context.* A `contextvars.Context` is a mutable reference to an immutable mapping of variables (PEP
/// 567). A copy of a context is another object that refers to the same mapping. So it is enough to keep the
/// mapping, which costs one reference count, and to put it into some context object for the time of the call.
/// [ScratchContexts] keeps a few of these for reuse. When a callback sets a variable, the scratch context
/// gets another mapping; the captured one does not change. If the program has got a reference to the context
/// object itself, for example through `_context` of the running handle, the reference count shows it. The
/// object is then an ordinary context and is not reused.
///
/// ```
///                scheduled                running                         done
/// callback       owned by _callback       owned by the runner as well     released
/// argv           unset                    borrowed from the runner        dangles, is not read
/// inline 0..2    owned                    owned, borrowed by the callee   released
/// variables      owned                    moved into a scratch context    released with the context
/// run context    unset                    borrowed from the runner        dangles, is not read
/// ```
///
/// The two borrowed fields are valid while the flag [#RUNNING] is set. `cancel()` in that time leaves the
/// inline arguments where they are, because the callee reads them from there; the runner releases them after
/// the call.
public final class HandleLayout {
    /// `asyncio.Handle`.
    public static long ASYNCIO_HANDLE;
    /// `asyncio.TimerHandle`.
    public static long ASYNCIO_TIMER_HANDLE;

    /// Offset of `_args`; NULL while the arguments are inline.
    public static long ARGS;
    /// Offset of `_callback`.
    public static long CALLBACK;
    static long CANCELLED;
    /// Offset of `_context`; NULL while only the variables are captured.
    public static long CONTEXT;
    static long LOOP;
    static long REPR;
    static long SOURCE_TRACEBACK;
    /// Offset of `_when`; NULL until it is read.
    public static long WHEN;
    /// Offset of `_scheduled`, which asyncio's own timer handles use.
    public static long SCHEDULED;
    static long WEAK_REFERENCES;

    /// Both our types put their own fields behind the larger of the two bases, so that one code serves both.
    private static long OWN_FIELDS;

    static final int INLINE_LIMIT = 3;
    /// Offset of the argument array of `Context.run`: the callback, then the inline arguments.
    public static long ARGV;
    static long INLINE;
    static long INLINE_COUNT;
    static long FLAGS;
    /// Offset of the captured context variables, NULL if there are none.
    public static long VARS;
    /// Offset of the context in which the callback runs; valid while [#RUNNING] is set.
    public static long RUN_CONTEXT;
    /// Offset of the deadline in seconds, a C `double`.
    public static long WHEN_SECONDS;
    static long LOOP_NUMBER;
    static long SIZE;

    /// `asyncio.events._ThreadSafeHandle`, 0 before Python 3.14: then the fields that follow do not exist.
    public static long ASYNCIO_THREAD_SAFE_HANDLE;

    /// asyncio's lock, NULL until it is read.
    static long THREAD_SAFE_LOCK;
    /// A lock that threads which wait for the end of the callback acquire, NULL if none does.
    static long WAITERS;
    static long THREAD_SAFE_SIZE;

    /// Flag: the callback is running, so the inline arguments must stay where they are.
    public static final int RUNNING = 1;
    /// Flag: the handle is in the timer heap.
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

    /// Whether a handle was cancelled.
    public static boolean cancelled(long handle) {
        return Memory.getLong(handle + CANCELLED) != FALSE;
    }

    /// The flags of a handle: [#RUNNING], [#IN_HEAP].
    public static int flags(long handle) {
        return Memory.getInt(handle + FLAGS);
    }

    /// Sets the flags of a handle.
    public static void putFlags(long handle, int flags) {
        Memory.putInt(handle + FLAGS, flags);
    }

    /// How many arguments are inline, 0 to 3.
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
