package databridge.pyloop.types;

import static databridge.pyloop.cpython.Singletons.FALSE;

import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.SlottedClass;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.ffi.Memory;

/// Where a handle keeps what: the slots of `asyncio.Handle` and `asyncio.TimerHandle`, and what our subclasses
/// add.
///
/// asyncio's slots   _callback _args _cancelled _context _loop _repr _source_traceback __weakref__ _when ... ours
/// argv: callback | inline 0 | inline 1 | inline 2 inline count (int) | flags (int) | context variables | context
/// while running, borrowed when (double) | number of the loop's peer (long)
///
/// Up to three arguments are kept inline, right behind a second, borrowed pointer to the callback: so they are
/// the argument array of `Context.run` as they stand. `_args`, `_context`, `_loop` and `_when` stay empty until
/// somebody asks for them, or keeps the handle when the loop is done with it.
final class HandleLayout {
    static long ASYNCIO_HANDLE;
    static long ASYNCIO_TIMER_HANDLE;

    static long ARGS;
    static long CALLBACK;
    static long CANCELLED;
    static long CONTEXT;
    static long LOOP;
    static long REPR;
    static long SOURCE_TRACEBACK;
    static long WHEN;
    static long SCHEDULED;
    static long WEAK_REFERENCES;

    /// Both our types put their own fields behind the larger of the two bases, so that one code serves both.
    private static long OWN_FIELDS;

    static final int INLINE_LIMIT = 3;
    static long ARGV;
    static long INLINE;
    static long INLINE_COUNT;
    static long FLAGS;
    static long VARS;
    static long RUN_CONTEXT;
    static long WHEN_SECONDS;
    static long PEER;
    static long SIZE;

    /// The callback is running, so the inline arguments must stay where they are.
    static final int RUNNING = 1;
    /// In the timer heap.
    static final int IN_HEAP = 2;

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
        PEER = WHEN_SECONDS + Double.BYTES;
        SIZE = PEER + Long.BYTES;
    }

    static boolean isHandle(long object) {
        return HandleType.manages(object) || ObjectApi.isInstance(object, ASYNCIO_HANDLE);
    }

    static boolean cancelled(long handle) {
        return Memory.getLong(handle + CANCELLED) != FALSE;
    }

    static int flags(long handle) {
        return Memory.getInt(handle + FLAGS);
    }

    static void putFlags(long handle, int flags) {
        Memory.putInt(handle + FLAGS, flags);
    }

    /// Empties a field that owns a reference and hands that over.
    @Owned
    static long take(long field) {
        long object = Memory.getLong(field);
        Memory.putLong(field, 0);
        return object;
    }

    static int inlineCount(long handle) {
        return Memory.getInt(handle + INLINE_COUNT);
    }

    static long inlineField(long handle, int index) {
        return handle + INLINE + (long) index * Long.BYTES;
    }

    /// Sets a field that owns a reference.
    static void replace(long field, @Stolen long object) {
        long old = Memory.getLong(field);
        Memory.putLong(field, object);
        Refs.releaseIfAny(old);
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
