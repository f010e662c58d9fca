package databridge.pyloop.loop;

import static databridge.pyloop.handles.HandleLayout.ARGS;
import static databridge.pyloop.handles.HandleLayout.ARGV;
import static databridge.pyloop.handles.HandleLayout.CALLBACK;
import static databridge.pyloop.handles.HandleLayout.CONTEXT;
import static databridge.pyloop.handles.HandleLayout.RUNNING;
import static databridge.pyloop.handles.HandleLayout.RUN_CONTEXT;
import static databridge.pyloop.handles.HandleLayout.VARS;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ContextApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.CallbackHost;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.handles.HandleLayout;
import databridge.pyloop.handles.HandleType;
import databridge.pyloop.handles.Handles;
import databridge.pyloop.handles.ScratchContexts;
import databridge.pyloop.runtime.Collector;
import databridge.pyloop.runtime.Inlined;
import databridge.pyloop.runtime.NotInlined;
import org.jspecify.annotations.Nullable;

/// Runs handles: ours in one call of C, any other `asyncio.Handle` by its own `_run`. Under the GIL.
///
/// A queue of the event loop owns one reference to each handle in it.
final class CallbackRunner implements CallbackHost {
    private static final PyName RUN = PyName.of("_run");
    private static final PyName RUN_IN_DEBUG_MODE = PyName.of("_run_in_debug_mode");
    private static final PyName CALLBACK_FAILED = PyName.of("_callback_failed");

    private final long loop;
    private final GilSection gil;
    private @Nullable EventLoop eventLoop;

    /// @param loop the loop object, which outlives its engine
    /// @param gil knows whether other threads can have done anything to this one
    CallbackRunner(long loop, GilSection gil) {
        this.loop = loop;
        this.gil = gil;
    }

    /// Sets the event loop that runs the handles.
    void runFor(EventLoop runningLoop) {
        eventLoop = runningLoop;
    }

    @Inlined
    @Override
    public void run(@Stolen long handle) {
        long leaving = runsHere(handle) ? runHere(handle) : runInPython(handle);
        Handles.giveBack(handle);
        if (leaving != 0) {
            ErrorApi.restore(leaving);
            throw PyError.pending();
        }
    }

    @Override
    public void discard(@Stolen long handle) {
        due(handle);
        Handles.giveBack(handle);
    }

    @Override
    public boolean cancelled(long handle) {
        return HandleLayout.cancelled(handle);
    }

    @Override
    public void due(long handle) {
        Handles.leftHeap(handle);
    }

    @Override
    public boolean stopRequested() {
        return LoopLayout.stopping(loop);
    }

    @Override
    public void runWhileLeaving(Runnable action) {
        long pending = ErrorApi.occurred() ? ErrorApi.takeRaised() : 0;
        try {
            action.run();
        } catch (PyError tooLate) {
            ErrorApi.clear();
        } finally {
            if (pending != 0) {
                ErrorApi.restore(pending);
            }
        }
    }

    @Override
    public void idle() {
        Handles.trimPools();
    }

    @Override
    public void checkInterrupts() {
        ErrorApi.checkSignals();
        Collector.collectIfWanted();
        if (gil.wasReleased()) {
            Interruptions.letIn();
        }
    }

    @NotInlined
    @Owned
    private long runInPython(long handle) {
        boolean debug = LoopLayout.debug(loop);
        return exceptionOf(
                debug ? CallApi.callMethod(RUN_IN_DEBUG_MODE, loop, handle) : CallApi.callMethod(RUN, handle));
    }

    /// Whether the engine runs a handle itself: debug mode is off, its fields are as [HandleType#fill]
    /// has set them, and no program has replaced `_run`.
    @Inlined
    private boolean runsHere(long handle) {
        if (LoopLayout.debug(loop)
                || !Handles.isOurs(handle)
                || !Handles.RUN.isOriginal()
                || Memory.getLong(handle + CALLBACK) == 0
                || Memory.getLong(handle + ARGS) != 0) {
            return false;
        }
        long context = Memory.getLong(handle + CONTEXT);
        return context == 0 ? Memory.getLong(handle + VARS) != 0 : ContextApi.isContext(context);
    }

    /// @return an exception that has to leave the loop, or 0
    @Inlined
    @Owned
    private long runHere(long handle) {
        // Retained for the call: the callback may replace the fields of its own handle.
        long callback = Refs.retain(Memory.getLong(handle + CALLBACK));
        long vars = Refs.take(handle + VARS);
        long context = vars == 0 ? Refs.retain(Memory.getLong(handle + CONTEXT)) : ScratchContexts.take(vars);
        int count = HandleLayout.inlineCount(handle);
        int flags = HandleLayout.flags(handle);
        Memory.putLong(handle + ARGV, callback);
        Memory.putLong(handle + RUN_CONTEXT, context);
        HandleLayout.putFlags(handle, flags | RUNNING);
        long result = ContextApi.run(context, handle + ARGV, 1L + count);
        if (result != 0) {
            result = SignalChecks.after(callback, result);
        }
        long leaving = 0;
        if (result == 0) {
            leaving = raised(handle, callback);
        } else {
            Refs.release(result);
        }
        HandleLayout.putFlags(handle, flags);
        if (vars == 0) {
            Refs.release(context);
        } else {
            returnContext(context, handle);
        }
        if (count > 0 && HandleLayout.cancelled(handle)) {
            HandleType.clearInline(handle);
        }
        Refs.release(callback);
        return leaving;
    }

    /// Takes the exception that a callback has raised. One that has not begun is the next that runs; in the same
    /// context, which its handle gets as it is in use again.
    ///
    /// @return the exception that has to leave the loop, or 0
    @NotInlined
    @Owned
    private long raised(long handle, long callback) {
        long exception = ErrorApi.takeRaised();
        if (!Interruptions.cameBefore(callback, exception)) {
            return failed(handle, exception);
        }
        if (eventLoop != null) {
            eventLoop.putBack(Refs.retain(handle));
        }
        return exception;
    }

    /// Returns a scratch context, or makes it an ordinary one if the program can still reach it, through the
    /// handle or otherwise.
    @Inlined
    private static void returnContext(@Stolen long context, long handle) {
        if (!Refs.unshared(handle)) {
            leaveContext(context, handle);
        } else if (!ScratchContexts.giveBack(context)) {
            Refs.release(context);
        }
    }

    @NotInlined
    private static void leaveContext(@Stolen long context, long handle) {
        ObjectApi.track(context);
        Refs.replace(handle + CONTEXT, context);
    }

    /// Reports an exception as `Handle._run` does.
    ///
    /// @return the exception that has to leave the loop, or 0
    @Owned
    private long failed(long handle, @Stolen long exception) {
        if (ErrorApi.matches(exception, Singletons.SYSTEM_EXIT)
                || ErrorApi.matches(exception, Singletons.KEYBOARD_INTERRUPT)) {
            return exception;
        }
        long leaving = exceptionOf(CallApi.callMethod(CALLBACK_FAILED, loop, handle, exception));
        Refs.release(exception);
        return leaving;
    }

    @Owned
    private static long exceptionOf(@Stolen long result) {
        if (result == 0) {
            return ErrorApi.takeRaised();
        }
        Refs.release(result);
        return 0;
    }
}
