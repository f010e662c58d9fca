package databridge.pyloop.openssl;

import databridge.pyloop.ffi.CFunction;

/// `err.h`: the queue of errors of the calling thread. With the GIL.
final class ErrorQueue {
    private static final CFunction PEEK_ERROR = OpenSslLibrary.FUNCTIONS.function("unsigned long ERR_peek_error(void)");
    private static final CFunction CLEAR_ERROR = OpenSslLibrary.FUNCTIONS.function("void ERR_clear_error(void)");

    private ErrorQueue() {}

    /// Empties the queue. A stale error makes [Ssl#isAgain] misread the result of a call.
    static void clear() {
        if (PEEK_ERROR.call() != 0) {
            CLEAR_ERROR.call();
        }
    }
}
