package databridge.pyloop.handles;

import databridge.pyloop.collections.LongStack;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ContextVars;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.runtime.Inlined;

/// Contexts for callbacks to run in, empty between runs and unknown to the garbage collector. Under the GIL.
///
/// One is in use for each callback that is running, so there are as many as loops nest or run in threads.
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
        long context;
        if (FREE.isEmpty()) {
            context = ContextApi.copyCurrent();
            ObjectApi.untrack(context);
        } else {
            context = FREE.pop();
        }
        ContextVars.replace(context, vars);
        return context;
    }

    /// Takes a context back that nobody else refers to, and drops its variables.
    ///
    /// @return false if somebody does: then it is an ordinary context from now on, and still the caller's
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

    /// A context of its own with these variables, for somebody to keep.
    @Owned
    static long create(@Stolen long vars) {
        long context = ContextApi.copyCurrent();
        ContextVars.replace(context, vars);
        return context;
    }
}
