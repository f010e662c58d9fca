package databridge.pyloop.transports;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.loop.LoopEngine;

/// Reports exceptions in a transport. Under the GIL.
///
/// SystemExit and KeyboardInterrupt leave the loop: a method that returns an exception returns one of these,
/// or 0. Of all others, a fatal error, as asyncio calls it, ends the connection; the rest go to the loop's
/// exception handler.
final class Failures {
    static final PyName DATA_RECEIVED = PyName.of("Fatal error: protocol.data_received() call failed.");
    static final PyName GET_BUFFER = PyName.of("Fatal error: protocol.get_buffer() call failed.");
    static final PyName BUFFER_UPDATED = PyName.of("Fatal error: protocol.buffer_updated() call failed.");
    static final PyName EOF_RECEIVED = PyName.of("Fatal error: protocol.eof_received() call failed.");
    static final PyName READ = PyName.of("Fatal read error on socket transport");
    static final PyName READ_DATAGRAM = PyName.of("Fatal read error on datagram transport");
    static final PyName WRITE = PyName.of("Fatal write error on socket transport");
    static final PyName WRITE_PIPE = PyName.of("Fatal write error on pipe transport");

    private static final PyName FAIL = PyName.of("_fail");
    private static final PyName IO_FAILED = PyName.of("_io_failed");

    private Failures() {}

    /// Ends the connection because of the pending exception, unless that must leave the loop.
    ///
    /// @param transport the transport object
    /// @param message asyncio's message
    @Owned
    static long fatal(LoopEngine engine, long transport, PyName message) {
        long exception = ErrorApi.takeRaised();
        return leavesLoop(exception) ? exception : fatal(engine, transport, exception, message);
    }

    /// Ends the connection because a system call failed.
    ///
    /// @param transport the transport object
    /// @param errno the error number, positive
    /// @param message asyncio's message
    @Owned
    static long fatalErrno(LoopEngine engine, long transport, int errno, PyName message) {
        return fatal(engine, transport, OsErrors.of(errno), message);
    }

    /// Ends the connection because of this exception.
    ///
    /// @param transport the transport object
    /// @param message asyncio's message
    @Owned
    static long fatal(LoopEngine engine, long transport, @Stolen long exception, PyName message) {
        if (transport == 0) { // Python code that was called has detached it meanwhile
            ErrorApi.restore(exception);
            return report(engine, transport);
        }
        long leaving =
                reportIfFailed(engine, transport, CallApi.callMethod(FAIL, transport, exception, message.object()));
        Refs.release(exception);
        return leaving;
    }

    /// Reports the exception of a call that has returned NULL.
    ///
    /// @param transport the transport object
    /// @param result what a call of the transport's own code has returned
    @Owned
    static long reportIfFailed(LoopEngine engine, long transport, @Stolen long result) {
        if (result != 0) {
            Refs.release(result);
            return 0;
        }
        return report(engine, transport);
    }

    /// Reports the pending exception, unless it must leave the loop.
    ///
    /// @param transport the transport object
    @Owned
    static long report(LoopEngine engine, long transport) {
        long exception = ErrorApi.takeRaised();
        if (leavesLoop(exception)) {
            return exception;
        }
        long concerned = transport == 0 ? Singletons.NONE : transport;
        long reported = CallApi.callMethod(IO_FAILED, engine.self(), concerned, exception);
        Refs.release(exception);
        if (reported == 0) {
            return ErrorApi.takeRaised();
        }
        Refs.release(reported);
        return 0;
    }

    /// Raises an exception that a method here has returned, if it has.
    ///
    /// @throws PyError that exception
    static void raise(@Stolen long leaving) {
        if (leaving != 0) {
            ErrorApi.restore(leaving);
            throw PyError.pending();
        }
    }

    /// Whether an exception must leave the loop.
    static boolean leavesLoop(long exception) {
        return ErrorApi.matches(exception, Singletons.SYSTEM_EXIT)
                || ErrorApi.matches(exception, Singletons.KEYBOARD_INTERRUPT);
    }
}
