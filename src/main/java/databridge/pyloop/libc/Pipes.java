package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;

/// `<unistd.h>` and `<sys/uio.h>` on non-blocking descriptors of any kind: a value or `-errno`. One call at a
/// time, under the caller's lock.
///
/// An interrupted call returns EAGAIN. If it were repeated at once, it could be interrupted for ever, because
/// the Python handler of the signal runs in the loop.
public final class Pipes {
    /// `PIPE_BUF` of pipe(7), in bytes: a pipe takes a write of up to this size as a whole or not at all,
    /// without bytes of other writers in between.
    public static final int ATOMIC_SIZE = 4096;

    private static final ErrnoFunction WRITEV =
            ErrnoFunction.of("ssize_t writev(int fd, const struct iovec *iov, int iovcnt)");

    private Pipes() {}

    /// Reads up to `size` bytes into `buffer`. 0 at the end of the file.
    public static int read(int fd, long buffer, long size) {
        return uninterrupted(FileDescriptors.read(fd, buffer, size));
    }

    /// Writes up to `size` bytes from `data`. Can raise SIGPIPE, which Python ignores.
    public static int write(int fd, long data, long size) {
        return uninterrupted(FileDescriptors.write(fd, data, size));
    }

    /// Writes the first `count` pieces as one, as [#write] does.
    public static int writePieces(int fd, IoVector pieces, int count) {
        return uninterrupted(WRITEV.call(fd, pieces.address(0), count));
    }

    private static int uninterrupted(int result) {
        return result == -Errno.EINTR ? -Errno.EAGAIN : result;
    }
}
