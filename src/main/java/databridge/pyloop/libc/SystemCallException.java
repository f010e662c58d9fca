package databridge.pyloop.libc;

/// Says that a system call has failed in a way that its caller does not handle. Python gets it as
/// an `OSError`.
public final class SystemCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /// @param call the name of the system call
    /// @param negatedErrno the call's result, `-errno`
    public SystemCallException(String call, int negatedErrno) {
        super(call + " failed with errno " + -negatedErrno);
        this.errno = -negatedErrno;
    }

    /// The error number, positive.
    public int errno() {
        return errno;
    }

    /// Returns the result of a call, if it is no error.
    ///
    /// @throws SystemCallException if it is `-errno`
    public static int check(String call, int result) {
        if (result < 0) {
            throw new SystemCallException(call, result);
        }
        return result;
    }
}
