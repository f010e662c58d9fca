package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;

/// `<unistd.h>` and `<sys/uio.h>` on non-blocking descriptors of any kind: a value or `-errno`. One call at a
/// time, under the caller's lock.
///
/// An interrupted call is reported as EAGAIN: called again at once it could be interrupted for ever, because the
/// Python handler of the signal runs in the loop.
public final class Pipes {
    /// `PIPE_BUF`: up to here a pipe takes a write as a whole or not at all, and nobody else's between its bytes.
    public static final int ATOMIC_SIZE = 4096;

    private static final ErrnoFunction READ = ErrnoFunction.of("ssize_t read(int fd, void *buf, size_t count)");
    private static final ErrnoFunction WRITE = ErrnoFunction.of("ssize_t write(int fd, const void *buf, size_t count)");
    private static final ErrnoFunction WRITEV =
            ErrnoFunction.of("ssize_t writev(int fd, const struct iovec *iov, int iovcnt)");

    private Pipes() {}

    public static int read(int fd, long buffer, long size) {
        return uninterrupted(READ.call(fd, buffer, size));
    }

    /// With SIGPIPE, which Python ignores.
    public static int write(int fd, long data, long size) {
        return uninterrupted(WRITE.call(fd, data, size));
    }

    /// Writes the first `count` pieces as one. With SIGPIPE.
    public static int writePieces(int fd, IoVector pieces, int count) {
        return uninterrupted(WRITEV.call(fd, pieces.address(0), count));
    }

    private static int uninterrupted(int result) {
        return result == -ErrnoCode.EINTR ? -ErrnoCode.EAGAIN : result;
    }
}
