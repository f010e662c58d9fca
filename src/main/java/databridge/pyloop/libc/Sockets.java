package databridge.pyloop.libc;

import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `<sys/socket.h>` on non-blocking sockets: a value or `-errno`. Calls that need memory of their own are in
/// [StreamMessages], [DatagramSockets] and [AddressBuffer]. Any thread.
public final class Sockets {
    private static final ErrnoFunction RECV =
            ErrnoFunction.of("ssize_t recv(int sockfd, void *buf, size_t len, int flags)");
    private static final ErrnoFunction SEND =
            ErrnoFunction.of("ssize_t send(int sockfd, const void *buf, size_t len, int flags)");
    private static final ErrnoFunction SETSOCKOPT = ErrnoFunction.of(
            "int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)");
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;

    /// Static because every call writes the same number there.
    private static final StaticMemory ONE = StaticMemory.of(Integer.BYTES);

    private Sockets() {}

    /// Receives up to `size` bytes into `buffer`. 0 at the end of the stream.
    public static int receive(int fd, long buffer, long size) {
        return RECV.call(fd, buffer, size, 0);
    }

    /// Sets TCP_NODELAY (tcp(7)): small pieces of data are sent at once.
    public static int setNoDelay(int fd) {
        Memory.putInt(ONE.address(), 1);
        return SETSOCKOPT.call(fd, IPPROTO_TCP, TCP_NODELAY, ONE.address(), Integer.BYTES);
    }

    /// Sends up to `size` bytes from `data`. Without SIGPIPE.
    public static int send(int fd, long data, long size) {
        return SEND.call(fd, data, size, MessageHeader.MSG_NOSIGNAL);
    }
}
