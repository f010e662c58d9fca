package databridge.pyloop.libc;

/// `<errno.h>`: the codes that the engine handles. It reports all others.
public final class Errno {
    /// Operation not permitted.
    public static final int EPERM = 1;
    /// No such entry.
    public static final int ENOENT = 2;
    /// A signal has interrupted the call.
    public static final int EINTR = 4;
    /// Not an open descriptor.
    public static final int EBADF = 9;
    /// The call would block.
    public static final int EAGAIN = 11;
    /// Out of memory.
    public static final int ENOMEM = 12;
    /// The entry exists.
    public static final int EEXIST = 17;
    /// Invalid argument.
    public static final int EINVAL = 22;
    /// Too many open files in the system.
    public static final int ENFILE = 23;
    /// Too many open files in the process.
    public static final int EMFILE = 24;
    /// The kernel does not have the call.
    public static final int ENOSYS = 38;
    /// Not a socket.
    public static final int ENOTSOCK = 88;
    /// The peer has ended a connection before it was accepted.
    public static final int ECONNABORTED = 103;
    /// No buffer space.
    public static final int ENOBUFS = 105;

    /// The connection is being made.
    public static final int EINPROGRESS = 115;

    private Errno() {}

    /// Whether a call has failed in a way in which kernels and sandboxes refuse calls that they do not know.
    ///
    /// @param result a value or `-errno`
    static boolean isRefusal(int result) {
        return result == -ENOSYS || result == -EPERM || result == -EINVAL;
    }
}
