package databridge.pyloop.loop;

import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.PyObjectLayout;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.Symbol;
import databridge.pyloop.runtime.Inlined;

/// Lets the Python handlers of signals run between callbacks.
///
/// CPython runs them where it executes Python code, so that a signal which comes in a callback written in C would
/// have its handler run inside the next callback, and an exception of the handler would cost that one. In asyncio
/// there is Python code between any two callbacks; the engine has to ask.
final class SignalChecks {
    private static final Symbol FUNCTION = Symbol.of("PyFunction_Type");
    private static final Symbol METHOD = Symbol.of("PyMethod_Type");
    private static final String TASK_STEP_NAME = "TaskStepMethWrapper";

    // Nothing exports the type of a task's step: it is known by its name when it is seen first.
    private static long taskStep;
    private static long lastOther;

    private SignalChecks() {}

    static void bind() {
        taskStep = 0;
        lastOther = 0;
    }

    /// @param callback what has been called, successfully
    /// @param result what it returned
    /// @return the result, or 0 if the handler of a signal has raised: its exception is pending
    @Inlined
    static long after(long callback, long result) {
        if (runsPython(ObjectApi.typeOf(callback)) || !ErrorApi.signalHandlerRaised()) {
            return result;
        }
        Refs.release(result);
        return 0;
    }

    /// Whether the calls of such an object look for signals on their own. To ask costs a tenth of a short callback.
    private static boolean runsPython(long type) {
        return type == FUNCTION.address() || type == METHOD.address() || type == taskStep || isTaskStep(type);
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
