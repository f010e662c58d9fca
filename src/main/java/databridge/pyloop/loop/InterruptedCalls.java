package databridge.pyloop.loop;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ObjectApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;

/// Calls of protocols that an exception from outside does not make lose data, see [Interruptions]. With the GIL.
public final class InterruptedCalls {
    private InterruptedCalls() {}

    /// `self.name(argument)`. If an exception from outside comes before the method begins, the
    /// method is called nevertheless, and the exception ends the run next.
    ///
    /// @return the result, or 0 with a pending exception of the method
    @Owned
    public static long call(LoopEngine engine, PyName name, long self, long argument) {
        ArgumentArray arguments = engine.callArguments();
        long result = arguments.callMethod(name, self, argument);
        return result == 0 && wasPostponed(engine, name, self) ? arguments.callMethod(name, self, argument) : result;
    }

    /// As the other method, for `self.name()`.
    @Owned
    public static long call(LoopEngine engine, PyName name, long self) {
        ArgumentArray arguments = engine.callArguments();
        long result = arguments.callMethod(name, self);
        return result == 0 && wasPostponed(engine, name, self) ? arguments.callMethod(name, self) : result;
    }

    /// Postpones the pending exception until the current task of the engine is over, if it came
    /// before the method `self.name` had begun.
    ///
    /// @return whether it did; then no exception is pending
    public static boolean wasPostponed(LoopEngine engine, PyName name, long self) {
        long exception = ErrorApi.takeRaised();
        return postpone(engine, exception, !engine.isClosed() && cameBeforeMethod(name, self, exception));
    }

    /// As the other method, for the call of `called`.
    public static boolean wasPostponed(LoopEngine engine, long called) {
        long exception = ErrorApi.takeRaised();
        return postpone(engine, exception, !engine.isClosed() && Interruptions.cameBefore(called, exception));
    }

    private static boolean postpone(LoopEngine engine, @Stolen long exception, boolean cameBefore) {
        if (cameBefore) {
            engine.leaveNext(exception);
        } else {
            ErrorApi.restore(exception);
        }
        return cameBefore;
    }

    private static boolean cameBeforeMethod(PyName name, long self, long exception) {
        long method;
        try {
            method = ObjectApi.getAttribute(self, name.object());
        } catch (PyError noMethod) {
            ErrorApi.clear();
            return false;
        }
        boolean before = Interruptions.cameBefore(method, exception);
        Refs.release(method);
        return before;
    }
}
