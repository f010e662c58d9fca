package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// Memory for the address or the error of one socket, and the calls that write one there. One call at a time, under
/// the caller's lock.
public final class AddressBuffer {
    private static final ErrnoFunction ACCEPT4 =
            ErrnoFunction.of("int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags)");
    private static final ErrnoFunction ACCEPT =
            ErrnoFunction.of("int accept(int sockfd, struct sockaddr *addr, socklen_t *addrlen)");
    private static final ErrnoFunction GETSOCKNAME =
            ErrnoFunction.of("int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen)");
    private static final ErrnoFunction GETPEERNAME =
            ErrnoFunction.of("int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen)");
    private static final ErrnoFunction GETSOCKOPT =
            ErrnoFunction.of("int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)");
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final ErrnoFunction POLL =
            ErrnoFunction.of("int poll(struct pollfd *fds, unsigned long nfds, int timeout)");
    private static final CStruct POLLFD = CStruct.of("struct pollfd { int fd; short events; short revents; }");
    private static final short POLLIN = 1;
    private static final long ACCEPT_FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC

    private final long address = Memory.allocate(SocketAddress.CAPACITY);
    private final long size = Memory.allocate(Integer.BYTES);

    /// The memory, of [SocketAddress#CAPACITY] bytes.
    public long address() {
        return address;
    }

    /// The size in bytes of the address that was written last.
    public int size() {
        return Memory.getInt(size);
    }

    /// Takes a connection, whose descriptor neither blocks nor is inherited by `exec`, and writes its peer's address.
    ///
    /// @return the descriptor or `-errno`
    public int accept(int listener) {
        Memory.putInt(size, SocketAddress.CAPACITY);
        int fd = ACCEPT4.call(listener, address, size, ACCEPT_FLAGS);
        return fd == -Errno.ENOSYS ? acceptInSteps(listener) : fd;
    }

    private int acceptInSteps(int listener) {
        int fd = ACCEPT.call(listener, address, size);
        int result = fd < 0 ? 0 : FileDescriptors.setUp(fd);
        if (result < 0) {
            FileDescriptors.close(fd);
            return result;
        }
        return fd;
    }

    /// Whether [#accept] would not fail with EAGAIN. Asking costs an eighth of such a failure, because the kernel makes
    /// the socket, its inode and its file before it looks for a connection. Overwrites the address.
    public boolean connectionWaits(int listener) {
        Memory.putInt(address + POLLFD.offset("fd"), listener);
        Memory.putInt(address + POLLFD.offset("events"), POLLIN);
        return POLL.call(address, 1L, 0) != 0;
    }

    /// Writes the socket's own address.
    ///
    /// @return 0 or `-errno`
    public int ownAddress(int fd) {
        Memory.putInt(size, SocketAddress.CAPACITY);
        return GETSOCKNAME.call(fd, address, size);
    }

    /// Writes the address of the peer.
    ///
    /// @return 0 or `-errno`: `-ENOTCONN` also while a connection is being made
    public int peerAddress(int fd) {
        Memory.putInt(size, SocketAddress.CAPACITY);
        return GETPEERNAME.call(fd, address, size);
    }

    /// Takes the error of a socket (SO_ERROR, socket(7)): that of an attempt to connect, for example.
    ///
    /// @return an `errno`, 0 if there is no error; `-errno` if the call fails
    public int takeError(int fd) {
        Memory.putInt(size, Integer.BYTES);
        int result = GETSOCKOPT.call(fd, SOL_SOCKET, SO_ERROR, address, size);
        return result < 0 ? result : Memory.getInt(address);
    }

    /// Frees the memory. Nothing may be called afterwards.
    public void free() {
        Memory.free(address);
        Memory.free(size);
    }
}
