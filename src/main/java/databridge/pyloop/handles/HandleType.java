package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.handles.HandleLayout.ARGS;
import static databridge.pyloop.handles.HandleLayout.CALLBACK;
import static databridge.pyloop.handles.HandleLayout.CANCELLED;
import static databridge.pyloop.handles.HandleLayout.CONTEXT;
import static databridge.pyloop.handles.HandleLayout.INLINE;
import static databridge.pyloop.handles.HandleLayout.INLINE_COUNT;
import static databridge.pyloop.handles.HandleLayout.INLINE_LIMIT;
import static databridge.pyloop.handles.HandleLayout.LOOP_NUMBER;
import static databridge.pyloop.handles.HandleLayout.REPR;
import static databridge.pyloop.handles.HandleLayout.RUNNING;
import static databridge.pyloop.handles.HandleLayout.VARS;

import databridge.pyloop.cpython.CallingConvention;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// `Handle`: a scheduled callback, an `asyncio.Handle` whose memory the loop fills and reuses.
public final class HandleType {
    static long TYPE;

    /// The pool of these handles, for all loops.
    public static final HandlePool POOL = new HandlePool(HandlePool.Kind.PLAIN);

    private HandleType() {}

    static void bind() {
        TYPE = HandleProperties.declare(TypeDef.named(
                                HandleType.class, "data_bridge.pyloop.Handle", "A scheduled callback.")
                        .method("cancel($self, /)", CallingConvention.NO_ARGUMENTS, "cancel", "Cancel the callback."))
                .build(HandleLayout.ASYNCIO_HANDLE, HandleLayout.SIZE);
        POOL.bind(TYPE, HandleLayout.SIZE);
    }

    /// The type object. Borrowed.
    public static long type() {
        return TYPE;
    }

    /// Fills a handle from its pool.
    ///
    /// @param loopNumber see [LoopNumbers]
    /// @param context the context to run in, taken over, or 0 for a copy of the current one
    /// @param arguments a C array of `count` objects
    @Inlined
    public static void fill(
            long handle, int loopNumber, long callback, @Stolen long context, long arguments, long count) {
        Memory.putLong(handle + CALLBACK, Refs.retain(callback));
        Memory.putLong(handle + LOOP_NUMBER, loopNumber);
        if (context != 0) {
            Memory.putLong(handle + CONTEXT, context);
        } else {
            long vars = ContextVars.available() ? ContextVars.capture() : 0;
            if (vars != 0) {
                Memory.putLong(handle + VARS, vars);
            } else {
                copyContext(handle);
            }
        }
        if (count <= INLINE_LIMIT) {
            Memory.putInt(handle + INLINE_COUNT, (int) count);
            for (long i = 0; i < count; i++) {
                long argument = Memory.getLong(arguments + i * Long.BYTES);
                Memory.putLong(handle + INLINE + i * Long.BYTES, Refs.retain(argument));
            }
        } else {
            putArguments(handle, arguments, count);
        }
    }

    @NotInlined
    private static void copyContext(long handle) {
        Memory.putLong(handle + CONTEXT, ContextApi.copyCurrent());
    }

    @NotInlined
    private static void putArguments(long handle, long arguments, long count) {
        Memory.putLong(handle + ARGS, TupleApi.fromArray(arguments, count));
    }

    /// `Handle.cancel()`
    @EntryPoint
    static long cancel(long self) {
        markCancelled(self);
        return Refs.retain(NONE);
    }

    /// Marks a handle as cancelled and releases its callback and arguments.
    ///
    /// @return false if it was cancelled before
    static boolean markCancelled(long handle) {
        if (HandleLayout.cancelled(handle)) {
            return false;
        }
        HandleOwner owner = LoopNumbers.ownerOf(handle);
        Refs.replace(handle + CANCELLED, Refs.retain(TRUE));
        if (owner != null && owner.debug()) {
            // Kept for the log: the callback is released when a message about it is written.
            Refs.replace(handle + REPR, ObjectApi.repr(handle));
        }
        Refs.replace(handle + CALLBACK, Refs.retain(NONE));
        Refs.replace(handle + ARGS, Refs.retain(NONE));
        if ((HandleLayout.flags(handle) & RUNNING) == 0) {
            clearInline(handle);
        }
        return true;
    }

    /// Releases the inline arguments.
    public static void clearInline(long handle) {
        int count = HandleLayout.inlineCount(handle);
        Memory.putInt(handle + INLINE_COUNT, 0);
        for (int i = 0; i < count; i++) {
            Refs.clear(HandleLayout.inlineField(handle, i));
        }
    }
}
