package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.handles.HandleLayout.ARGS;
import static databridge.pyloop.handles.HandleLayout.CALLBACK;
import static databridge.pyloop.handles.HandleLayout.CONTEXT;
import static databridge.pyloop.handles.HandleLayout.INLINE;
import static databridge.pyloop.handles.HandleLayout.INLINE_LIMIT;
import static databridge.pyloop.handles.HandleLayout.LOOP;
import static databridge.pyloop.handles.HandleLayout.RUNNING;
import static databridge.pyloop.handles.HandleLayout.RUN_CONTEXT;
import static databridge.pyloop.handles.HandleLayout.VARS;

import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TupleApi;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;

/// The attributes of a handle whose objects are made when they are read. With the GIL.
public final class HandleProperties {
    private HandleProperties() {}

    /// Declares them for a type of handle, and the hidden members by which C knows the object fields that
    /// are ours.
    static TypeDef declare(TypeDef type) {
        TypeDef declared = type.implementedBy(HandleProperties.class)
                .property("_args", "getArguments", "setArguments", "The positional arguments.")
                .property("_context", "getContext", "setContext", "The context the callback runs in.")
                .property("_loop", "getLoop", "setLoop", "The event loop.")
                .hiddenMember("_context_vars", VARS);
        for (int i = 0; i < INLINE_LIMIT; i++) {
            declared.hiddenMember("_inline_" + i, INLINE + (long) i * Long.BYTES);
        }
        return declared;
    }

    /// Stores the loop object in a handle that the program keeps longer than the loop does.
    public static void complete(long handle) {
        HandleOwner owner = LoopNumbers.ownerOf(handle);
        if (owner != null && Memory.getLong(handle + LOOP) == 0) {
            Memory.putLong(handle + LOOP, Refs.retain(owner.self()));
        }
    }

    @EntryPoint
    @Owned
    static long getArguments(long self) {
        long tuple = Memory.getLong(self + ARGS);
        if (tuple != 0) {
            return Refs.retain(tuple);
        }
        return TupleApi.fromArray(self + INLINE, HandleLayout.inlineCount(self));
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setArguments(long self, long value) {
        return set(self + ARGS, value);
    }

    @EntryPoint
    @Owned
    static long getContext(long self) {
        if (Memory.getLong(self + CONTEXT) == 0 && Memory.getLong(self + VARS) != 0) {
            long context = ScratchContexts.create(Refs.retain(Memory.getLong(self + VARS)));
            Memory.putLong(self + CONTEXT, context);
            Refs.clear(self + VARS);
        }
        if (Memory.getLong(self + CONTEXT) == 0 && (HandleLayout.flags(self) & RUNNING) != 0) {
            return Refs.retain(Memory.getLong(self + RUN_CONTEXT));
        }
        return get(self + CONTEXT, "_context");
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setContext(long self, long value) {
        set(self + CONTEXT, value);
        Refs.clear(self + VARS);
        return 0;
    }

    @EntryPoint
    @Owned
    static long getLoop(long self) {
        if (Memory.getLong(self + CALLBACK) != 0) {
            complete(self);
        }
        return get(self + LOOP, "_loop");
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setLoop(long self, long value) {
        return set(self + LOOP, value);
    }

    @Owned
    private static long get(long field, String name) {
        long object = Memory.getLong(field);
        if (object == 0) {
            throw ErrorApi.raise(Singletons.ATTRIBUTE_ERROR, name);
        }
        return Refs.retain(object);
    }

    private static long set(long field, long value) {
        Refs.replace(field, Refs.retain(value == 0 ? NONE : value));
        return 0;
    }
}
