package databridge.pyloop.loop;

import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.PyObjectLayout;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.Inlined;

/// Runs the Python handlers of signals between callbacks. Under the GIL.
///
/// CPython runs them where it executes Python code. Without these checks, the handler of a signal that
/// arrives during a callback written in C would run inside the next callback, and an exception of the handler
/// would end that one. In asyncio there is Python code between any two callbacks; the engine has to check.
final class SignalChecks {
    private static final String TASK_STEP_NAME = "TaskStepMethWrapper";

    // No symbol exports the type of a task's step: it is recognised by its name when it is seen first. Static
    // because types belong to the interpreter.
    private static long taskStep;
    private static long lastOther;

    private SignalChecks() {}

    static void bind() {
        taskStep = 0;
        lastOther = 0;
    }

    /// Runs the handlers of pending signals after a callback that runs no Python code.
    ///
    /// @param callback what was called, successfully
    /// @param result what it returned
    /// @return the result, or 0 if the handler of a signal has raised an exception, which is then pending
    @Inlined
    static long after(long callback, long result) {
        if (runsPython(ObjectApi.typeOf(callback)) || !ErrorApi.signalHandlerRaised()) {
            return result;
        }
        Refs.release(result);
        return 0;
    }

    /// Whether calls of objects of this type check for signals by themselves. A check costs a tenth of a
    /// short callback.
    private static boolean runsPython(long type) {
        return type == Singletons.FUNCTION_TYPE
                || type == Singletons.METHOD_TYPE
                || type == taskStep
                || isTaskStep(type);
    }

    private static boolean isTaskStep(long type) {
        if (taskStep != 0 || type == lastOther) {
            return false;
        }
        boolean found =
                Memory.getCString(Memory.getLong(type + PyObjectLayout.TP_NAME)).endsWith(TASK_STEP_NAME);
        if (found) {
            taskStep = type;
        } else {
            lastOther = type;
        }
        return found;
    }
}
