package databridge.pyloop.loop;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;

/// Exceptions from outside: another thread or a signal raises them in the loop's thread. Under the GIL.
///
/// CPython raises such an exception (`PyThreadState_SetAsyncExc`) where the thread executes Python
/// code next. asyncio is Python code, in which the thread is most of the time when it is not in a
/// callback: the exception ends the run. In the engine there is no Python code between two
/// callbacks, so the exception would come at the beginning of the next one, which would be lost,
/// and asyncio reports what a callback raises. Two things are done about that:
///
/// - After each time without the GIL, in which another thread can raise something, [#letIn] runs a
///   little Python code.
/// - An exception that comes before the first statement of what was called ([#cameBefore]) is not
///   that callback's. It ends the run, and the callback is put back, or called again if it has
///   data that would be lost.
final class Interruptions {
    private static final String MODULE = "data_bridge.pyloop._interruptions";

    private static long LET_IN;
    private static long CAME_BEFORE;

    private Interruptions() {}

    static void bind() {
        LET_IN = ImportApi.attribute(MODULE, "let_in");
        CAME_BEFORE = ImportApi.attribute(MODULE, "came_before");
    }

    /// Lets exceptions from outside be raised here.
    ///
    /// @throws PyError one of them
    static void letIn() {
        Refs.release(PyError.orThrow(CallApi.vectorcall(LET_IN, 0, 0, 0)));
    }

    /// Whether an exception was raised before the first statement of what was called.
    ///
    /// @param called what has raised it
    static boolean cameBefore(long called, long exception) {
        long answer = CallApi.call(CAME_BEFORE, called, exception);
        if (answer == 0) {
            ErrorApi.clear(); // the next exception from outside: one of the two is enough
            return false;
        }
        Refs.release(answer);
        return answer == Singletons.TRUE;
    }
}
