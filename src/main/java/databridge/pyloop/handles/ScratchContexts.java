package databridge.pyloop.handles;

import databridge.pyloop.collections.LongStack;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;

/// Contexts in which callbacks run. Between runs they are empty, and the garbage collector does not track
/// them. Under the GIL.
///
/// One is in use for each callback that is running, so there are as many as loops nest or run in
/// threads. They are static because a context belongs to no loop, and a pool for each loop would keep
/// as many for each.
public final class ScratchContexts {
    private static final LongStack FREE = new LongStack(8);

    private ScratchContexts() {}

    static void bind() {
        FREE.clear();
    }

    /// A context with these variables.
    @Inlined
    @Owned
    public static long take(@Stolen long vars) {
        long context = FREE.isEmpty() ? createUntracked() : FREE.pop();
        ContextVars.replace(context, vars);
        return context;
    }

    /// Takes back a context to which only the caller refers, and releases its variables.
    ///
    /// @return false if there is another reference: the context is an ordinary one from now on, and the
    ///     caller still owns its reference
    @Inlined
    public static boolean giveBack(@Stolen long context) {
        if (!ContextVars.unshared(context)) {
            ObjectApi.track(context);
            return false;
        }
        ContextVars.replace(context, 0);
        FREE.push(context);
        return true;
    }

    @NotInlined
    private static long createUntracked() {
        long context = ContextApi.copyCurrent();
        ObjectApi.untrack(context);
        return context;
    }

    /// A new, ordinary context with these variables.
    @Owned
    static long create(@Stolen long vars) {
        long context = ContextApi.copyCurrent();
        ContextVars.replace(context, vars);
        return context;
    }
}
