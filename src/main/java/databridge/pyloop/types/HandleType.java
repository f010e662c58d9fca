package databridge.pyloop.types;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.cpython.Singletons.TRUE;
import static databridge.pyloop.types.HandleLayout.ARGS;
import static databridge.pyloop.types.HandleLayout.CALLBACK;
import static databridge.pyloop.types.HandleLayout.CANCELLED;
import static databridge.pyloop.types.HandleLayout.CONTEXT;
import static databridge.pyloop.types.HandleLayout.INLINE;
import static databridge.pyloop.types.HandleLayout.INLINE_COUNT;
import static databridge.pyloop.types.HandleLayout.INLINE_LIMIT;
import static databridge.pyloop.types.HandleLayout.PEER;
import static databridge.pyloop.types.HandleLayout.REPR;
import static databridge.pyloop.types.HandleLayout.RUNNING;
import static databridge.pyloop.types.HandleLayout.VARS;

import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;
import databridge.pyloop.runtime.Inlined;

/// `Handle`: a scheduled callback, an `asyncio.Handle` whose memory the loop fills and reuses.
public final class HandleType {
    static long TYPE;

    static final HandlePool POOL = new HandlePool(HandlePool.Kind.PLAIN);

    private HandleType() {}

    static void bind() {
        TYPE = HandleProperties.declare(TypeDef.named(
                                HandleType.class, "data_bridge.pyloop.Handle", "A scheduled callback.")
                        .method("cancel($self, /)", TypeDef.Kind.NO_ARGUMENTS, "cancel", "Cancel the callback."))
                .build(HandleLayout.ASYNCIO_HANDLE, HandleLayout.SIZE);
        POOL.bind(TYPE, HandleLayout.SIZE);
    }

    /// The type object. Borrowed.
    public static long type() {
        return TYPE;
    }

    /// Fills a handle from its pool.
    ///
    /// @param context the context to run in, taken over, or 0 for a copy of the current one
    /// @param arguments a C array of `count` objects
    @Inlined
    static void fill(long handle, LoopPeer peer, long callback, @Stolen long context, long arguments, long count) {
        Memory.putLong(handle + CALLBACK, Refs.retain(callback));
        Memory.putLong(handle + PEER, peer.number());
        if (context != 0) {
            Memory.putLong(handle + CONTEXT, context);
        } else {
            captureContext(handle);
        }
        if (count <= INLINE_LIMIT) {
            Memory.putInt(handle + INLINE_COUNT, (int) count);
            for (long i = 0; i < count; i++) {
                long argument = Memory.getLong(arguments + i * Long.BYTES);
                Memory.putLong(handle + INLINE + i * Long.BYTES, Refs.retain(argument));
            }
        } else {
            Memory.putLong(handle + ARGS, TupleApi.fromArray(arguments, count));
        }
    }

    private static void captureContext(long handle) {
        long vars = ContextVars.available() ? ContextVars.capture() : 0;
        if (vars != 0) {
            Memory.putLong(handle + VARS, vars);
        } else {
            Memory.putLong(handle + CONTEXT, ContextApi.copyCurrent());
        }
    }

    /// `Handle.cancel()`
    @EntryPoint
    static long cancel(long self, long unused, long unused2, long unused3) {
        cancel(self);
        return Refs.retain(NONE);
    }

    /// Marks a handle as cancelled and lets go of its callback and arguments.
    ///
    /// @return false if it was already
    static boolean cancel(long handle) {
        if (HandleLayout.cancelled(handle)) {
            return false;
        }
        LoopPeer peer = LoopPeer.numbered(Memory.getLong(handle + PEER));
        HandleLayout.replace(handle + CANCELLED, Refs.retain(TRUE));
        if (peer != null && peer.debug()) {
            // Kept for the log: the callback is gone when a message about it is written.
            HandleLayout.replace(handle + REPR, ObjectApi.repr(handle));
        }
        HandleLayout.replace(handle + CALLBACK, Refs.retain(NONE));
        HandleLayout.replace(handle + ARGS, Refs.retain(NONE));
        if ((HandleLayout.flags(handle) & RUNNING) == 0) {
            clearInline(handle);
        }
        return true;
    }

    /// Releases the inline arguments.
    static void clearInline(long handle) {
        int count = HandleLayout.inlineCount(handle);
        Memory.putInt(handle + INLINE_COUNT, 0);
        for (int i = 0; i < count; i++) {
            Refs.clear(HandleLayout.inlineField(handle, i));
        }
    }

    /// Whether this code manages the memory of an object: our own types exactly, not subclasses.
    static boolean manages(long handle) {
        long type = ObjectApi.typeOf(handle);
        return type == TYPE || type == TimerHandleType.TYPE || type == ThreadSafeHandleType.TYPE;
    }

    /// @throws PyError TypeError if the object is no `asyncio.Handle`
    static void requireHandle(long object) {
        if (!ObjectApi.isInstance(object, HandleLayout.ASYNCIO_HANDLE)) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR, "an asyncio.Handle is required, not " + ObjectApi.typeName(object));
        }
    }

    /// @throws PyError TypeError if the object is no `asyncio.TimerHandle`
    static void requireTimerHandle(long object) {
        if (!ObjectApi.isInstance(object, HandleLayout.ASYNCIO_TIMER_HANDLE)) {
            throw ErrorApi.raise(
                    Singletons.TYPE_ERROR, "an asyncio.TimerHandle is required, not " + ObjectApi.typeName(object));
        }
    }

    /// Whether a timer handle is one of asyncio's own that [Scheduling] has put into the heap.
    static boolean isQueuedForeignTimer(long handle) {
        return !manages(handle) && Memory.getLong(handle + HandleLayout.SCHEDULED) == Singletons.TRUE;
    }
}
