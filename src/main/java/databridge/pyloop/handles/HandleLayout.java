package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.FALSE;

import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SlottedClass;
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
/// Up to three arguments are kept inline, right behind a second, borrowed pointer to the callback: so they are
/// the argument array of `Context.run` as they stand. `_args`, `_context`, `_loop` and `_when` stay empty until
/// somebody asks for them, or keeps the handle when the loop is done with it.
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
        ASYNCIO_HANDLE = ObjectApi.importAttribute("asyncio.events", "Handle");
        ASYNCIO_TIMER_HANDLE = ObjectApi.importAttribute("asyncio.events", "TimerHandle");
        ARGS = slot("_args");
        CALLBACK = slot("_callback");
        CANCELLED = slot("_cancelled");
        CONTEXT = slot("_context");
        LOOP = slot("_loop");
        REPR = slot("_repr");
        SOURCE_TRACEBACK = slot("_source_traceback");
        WHEN = DescriptorLayout.memberOffset(ASYNCIO_TIMER_HANDLE, "_when");
        SCHEDULED = DescriptorLayout.memberOffset(ASYNCIO_TIMER_HANDLE, "_scheduled");
        WEAK_REFERENCES = weakListOffset();
        OWN_FIELDS = SlottedClass.basicSize(ASYNCIO_TIMER_HANDLE);
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
        ASYNCIO_THREAD_SAFE_HANDLE = ObjectApi.importOptionalAttribute("asyncio.events", "_ThreadSafeHandle");
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

    private static long weakListOffset() {
        long offset = ObjectApi.getAttribute(ASYNCIO_HANDLE, "__weakrefoffset__");
        long value = NumberApi.asLong(offset);
        Refs.release(offset);
        return value;
    }
}
