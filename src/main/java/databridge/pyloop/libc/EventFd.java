package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// A descriptor that becomes readable with each signal: a counter of `<sys/eventfd.h>`, or one of two
/// connected sockets where a sandbox refuses that. One call at a time.
public final class EventFd {
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int DRAINED_AT_ONCE = 4096;

    private static final ErrnoFunction EVENTFD = ErrnoFunction.of("int eventfd(unsigned int initval, int flags)");

    private final long one = Memory.allocate(Long.BYTES);
    private final int fd;
    private final int writeFd;

    /// Creates a non-blocking descriptor that is not inherited by `exec`.
    ///
    /// @throws SystemCallException if the process or the system has no descriptors left
    public EventFd() {
        int counter = EVENTFD.call(0L, EFD_CLOEXEC | EFD_NONBLOCK);
        if (Errno.isRefusal(counter)) {
            SystemCallException.check("socketpair", Sockets.openPair(one));
            fd = Memory.getInt(one);
            writeFd = Memory.getInt(one + Integer.BYTES);
        } else {
            fd = SystemCallException.check("eventfd", counter);
            writeFd = fd;
        }
        Memory.putLong(one, 1);
    }

    /// The descriptor.
    public int fileno() {
        return fd;
    }

    /// Makes the descriptor readable.
    public void signal() {
        if (FileDescriptors.write(writeFd, one, Long.BYTES) == -Errno.EAGAIN && writeFd != fd) {
            drain();
            FileDescriptors.write(writeFd, one, Long.BYTES);
        }
    }

    /// Nobody else reads what was written.
    private void drain() {
        long dropped = Memory.allocate(DRAINED_AT_ONCE);
        while (FileDescriptors.read(fd, dropped, DRAINED_AT_ONCE) > 0) {
            // until the socket is empty
        }
        Memory.free(dropped);
    }

    /// Closes the descriptor and frees the memory. No method may be called afterwards.
    public void close() {
        FileDescriptors.close(fd);
        if (writeFd != fd) {
            FileDescriptors.close(writeFd);
        }
        Memory.free(one);
    }
}
