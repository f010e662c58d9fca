package databridge.pyloop.libc;

/// A system call failed in a way its caller has no answer to; becomes an `OSError` where Python is entered again.
public final class SystemCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param negatedErrno the call's result, `-errno`
    public SystemCallException(String call, int negatedErrno) {
        super(call + " failed with errno " + -negatedErrno);
        this.errno = -negatedErrno;
    }

    public int errno() {
        return errno;
    }

    /// Passes a result through that is no error.
    ///
    /// @throws SystemCallException if it is `-errno`
    public static int check(String call, int result) {
        if (result < 0) {
            throw new SystemCallException(call, result);
        }
        return result;
    }
}
