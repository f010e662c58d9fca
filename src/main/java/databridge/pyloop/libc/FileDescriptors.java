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

    private static final ErrnoFunction READ = ErrnoFunction.of("ssize_t read(int fd, void *buf, size_t count)");
    private static final ErrnoFunction WRITE = ErrnoFunction.of("ssize_t write(int fd, const void *buf, size_t count)");

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

    /// Reads up to `size` bytes into `buffer`. 0 at the end of the file.
    static int read(int fd, long buffer, long size) {
        return READ.call(fd, buffer, size);
    }

    /// Writes up to `size` bytes from `data`. Can raise SIGPIPE, which Python ignores.
    static int write(int fd, long data, long size) {
        return WRITE.call(fd, data, size);
    }

    /// Closes a descriptor.
    public static int close(int fd) {
        return CLOSE.call(fd);
    }
}
