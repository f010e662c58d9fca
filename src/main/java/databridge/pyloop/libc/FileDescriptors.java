package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;

/// Calls on any file descriptor: a value or `-errno`. Any thread.
public final class FileDescriptors {
    private static final ErrnoFunction CLOSE = ErrnoFunction.of("int close(int fd)");

    /// Variadic in C; its third argument is not read for this command.
    private static final ErrnoFunction FCNTL = ErrnoFunction.of("int fcntl(int fd, int cmd)");
    private static final int F_GETFD = 1;

    private FileDescriptors() {}

    /// Whether a number is that of an open file.
    public static boolean isOpen(int fd) {
        return FCNTL.call(fd, F_GETFD) >= 0;
    }

    /// Closes a descriptor.
    public static int close(int fd) {
        return CLOSE.call(fd);
    }
}
