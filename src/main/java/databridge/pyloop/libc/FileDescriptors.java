package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;

/// Calls on any file descriptor: a value or `-errno`. Any thread.
public final class FileDescriptors {
    private static final ErrnoFunction CLOSE = ErrnoFunction.of("int close(int fd)");

    /// Variadic in C, which makes no difference for integers.
    private static final ErrnoFunction FCNTL = ErrnoFunction.of("int fcntl(int fd, int cmd, int arg)");
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;
    private static final int O_NONBLOCK = 0x800;

    private FileDescriptors() {}

    /// Whether a number is that of an open file.
    public static boolean isOpen(int fd) {
        return FCNTL.call(fd, F_GETFD, 0) != -Errno.EBADF; // a sandbox may refuse the call
    }

    /// Makes a new descriptor one that neither blocks nor is inherited by `exec`.
    ///
    /// @return 0 or `-errno`
    static int setUp(int fd) {
        int result = FCNTL.call(fd, F_SETFD, FD_CLOEXEC);
        return result < 0 ? result : FCNTL.call(fd, F_SETFL, O_NONBLOCK);
    }

    /// Closes a descriptor.
    public static int close(int fd) {
        return CLOSE.call(fd);
    }
}
