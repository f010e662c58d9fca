package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.loop.LoopEngine;

/// What becomes of exceptions in a transport: a few leave the loop, the rest end the connection or are reported.
///
/// Methods that return an exception return the one that has to leave the loop, SystemExit or KeyboardInterrupt, else 0.
final class Failures {
    static final PyName DATA_RECEIVED = PyName.of("Fatal error: protocol.data_received() call failed.");
    static final PyName GET_BUFFER = PyName.of("Fatal error: protocol.get_buffer() call failed.");
    static final PyName BUFFER_UPDATED = PyName.of("Fatal error: protocol.buffer_updated() call failed.");
    static final PyName READ = PyName.of("Fatal read error on socket transport");
    static final PyName WRITE = PyName.of("Fatal write error on socket transport");
    static final PyName PIPE_WRITE = PyName.of("Fatal write error on pipe transport");

    private static final PyName FAIL = PyName.of("_fail");
    private static final PyName IO_FAILED = PyName.of("_io_failed");

    private Failures() {}

    /// Ends the connection because of the pending exception.
    @Owned
    static long fatal(LoopEngine engine, long transport, long message) {
        long exception = ErrorApi.takeRaised();
        return leavesLoop(exception) ? exception : fatal(engine, transport, exception, message);
    }

    /// Ends the connection because of this exception.
    @Owned
    static long fatal(LoopEngine engine, long transport, @Stolen long exception, long message) {
        long fatal = exceptionOf(engine, transport, CallApi.callMethod(FAIL, transport, exception, message));
        Refs.release(exception);
        return fatal;
    }

    /// Looks at what a call of the transport's own code has returned, and reports an exception.
    @Owned
    static long exceptionOf(LoopEngine engine, long transport, @Stolen long result) {
        if (result != 0) {
            Refs.release(result);
            return 0;
        }
        long exception = ErrorApi.takeRaised();
        if (leavesLoop(exception)) {
            return exception;
        }
        long reported = CallApi.callMethod(IO_FAILED, engine.self(), transport, exception);
        Refs.release(exception);
        if (reported == 0) {
            return ErrorApi.takeRaised();
        }
        Refs.release(reported);
        return 0;
    }

    /// Raises an exception that a method here has returned, if it has.
    static void raise(@Stolen long fatal) {
        if (fatal != 0) {
            ErrorApi.restore(fatal);
            throw PyError.pending();
        }
    }

    private static boolean leavesLoop(long exception) {
        return ErrorApi.matches(exception, Singletons.SYSTEM_EXIT)
                || ErrorApi.matches(exception, Singletons.KEYBOARD_INTERRUPT);
    }
}
