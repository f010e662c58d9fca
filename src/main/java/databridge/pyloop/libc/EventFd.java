package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// `<sys/eventfd.h>`: a counter with a descriptor that becomes readable when something is added. One call at
/// a time.
public final class EventFd {
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;

    private static final ErrnoFunction EVENTFD = ErrnoFunction.of("int eventfd(unsigned int initval, int flags)");
    private static final ErrnoFunction WRITE = ErrnoFunction.of("ssize_t write(int fd, const void *buf, size_t count)");

    private final long one = Memory.allocate(Long.BYTES);
    private final int fd;

    /// Creates a non-blocking descriptor that is not inherited by `exec`.
    ///
    /// @throws SystemCallException if the process or the system has no descriptors left
    public EventFd() {
        Memory.putLong(one, 1);
        fd = SystemCallException.check("eventfd", EVENTFD.call(0L, EFD_CLOEXEC | EFD_NONBLOCK));
    }

    /// The descriptor.
    public int fileno() {
        return fd;
    }

    /// Adds one to the counter.
    public void signal() {
        WRITE.call(fd, one, Long.BYTES);
    }

    /// Closes the descriptor and frees the memory. No method may be called afterwards.
    public void close() {
        FileDescriptors.close(fd);
        Memory.free(one);
    }
}
