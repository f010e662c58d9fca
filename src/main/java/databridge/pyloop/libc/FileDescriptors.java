package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;

/// Calls on any file descriptor: a value or `-errno`. Any thread.
final class FileDescriptors {
    private static final ErrnoFunction CLOSE = ErrnoFunction.of("int close(int fd)");

    private FileDescriptors() {}

    static int close(int fd) {
        return CLOSE.call(fd);
    }
}
