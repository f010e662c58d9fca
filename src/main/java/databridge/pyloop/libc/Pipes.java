package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.Errno;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// `<unistd.h>` and `<sys/uio.h>` on non-blocking descriptors of any kind: a value or `-errno`. One call at a time,
/// under
/// the caller's lock.
///
/// An interrupted call is reported as EAGAIN: called again at once it could be interrupted for ever, because the
/// signal's
/// Python handler runs in the loop.
public final class Pipes {
    /// `PIPE_BUF`: up to here a pipe takes a write as a whole or not at all, and nobody else's between its bytes.
    public static final int ATOMIC_SIZE = 4096;

    /// How many pieces one [#writePieces] takes.
    public static final int MOST_PIECES = 256;

    private static final CStruct IOVEC = CStruct.of("struct iovec { void *iov_base; size_t iov_len; }");
    private static final long IOV_BASE = IOVEC.offset("iov_base");
    private static final long IOV_LEN = IOVEC.offset("iov_len");
    private static final long IOV_SIZE = IOVEC.size();

    private static final ErrnoFunction READ = ErrnoFunction.of("ssize_t read(int fd, void *buf, size_t count)");
    private static final ErrnoFunction WRITE = ErrnoFunction.of("ssize_t write(int fd, const void *buf, size_t count)");
    private static final ErrnoFunction WRITEV =
            ErrnoFunction.of("ssize_t writev(int fd, const struct iovec *iov, int iovcnt)");

    private static final Errno ERRNO = new Errno();
    private static final long PIECES = Memory.allocateForever(MOST_PIECES * IOV_SIZE);

    private Pipes() {}

    public static int read(int fd, long buffer, long size) {
        return uninterrupted(READ.call(ERRNO, fd, buffer, size));
    }

    /// With SIGPIPE, which Python ignores.
    public static int write(int fd, long data, long size) {
        return uninterrupted(WRITE.call(ERRNO, fd, data, size));
    }

    /// Sets a piece of the next [#writePieces].
    ///
    /// @param index below [#MOST_PIECES]
    public static void putPiece(int index, long data, long size) {
        Memory.putLong(PIECES + index * IOV_SIZE + IOV_BASE, data);
        Memory.putLong(PIECES + index * IOV_SIZE + IOV_LEN, size);
    }

    /// Writes the first `count` pieces as one. With SIGPIPE.
    public static int writePieces(int fd, int count) {
        return uninterrupted(WRITEV.call(ERRNO, fd, PIECES, count));
    }

    private static int uninterrupted(int result) {
        return result == -ErrnoCode.EINTR ? -ErrnoCode.EAGAIN : result;
    }
}
