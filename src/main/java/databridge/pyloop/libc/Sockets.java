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
    private static final ErrnoFunction SENDTO =
            ErrnoFunction.of("ssize_t sendto(int sockfd, const void *buf, size_t len, int flags,"
                    + " const struct sockaddr *dest_addr, socklen_t addrlen)");
    private static final ErrnoFunction SETSOCKOPT = ErrnoFunction.of(
            "int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)");
    private static final ErrnoFunction SOCKET = ErrnoFunction.of("int socket(int domain, int type, int protocol)");
    private static final ErrnoFunction CONNECT =
            ErrnoFunction.of("int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen)");
    private static final ErrnoFunction SOCKETPAIR =
            ErrnoFunction.of("int socketpair(int domain, int type, int protocol, int *sv)");
    private static final long STREAM = 1 | 0x800 | 0x80000; // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC

    /// The protocol TCP (ip(7)).
    public static final int IPPROTO_TCP = 6;

    private static final int TCP_NODELAY = 1;

    /// Static because every call writes the same number there.
    private static final StaticMemory ONE = StaticMemory.of(Integer.BYTES);

    private Sockets() {}

    /// Creates a stream socket, whose descriptor neither blocks nor is inherited by `exec`.
    ///
    /// @param family an `AF_*` of [SocketAddress]
    /// @param protocol [#IPPROTO_TCP], or 0 for a Unix socket
    /// @return the descriptor or `-errno`
    public static int openStream(int family, int protocol) {
        return SOCKET.call(family, STREAM, protocol);
    }

    /// Creates two connected Unix sockets, as [#openStream] does.
    ///
    /// @param pair where their descriptors are written, two `int`
    /// @return 0 or `-errno`
    static int openPair(long pair) {
        return SOCKETPAIR.call(SocketAddress.AF_UNIX, STREAM, 0, pair);
    }

    /// Connects a socket, or begins to.
    ///
    /// @param address as [SocketAddress] writes it, `size` bytes
    /// @return 0 or `-errno`
    public static int connect(int fd, long address, int size) {
        return CONNECT.call(fd, address, size);
    }

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

    /// Sends a datagram of `size` bytes at `data`. Without SIGPIPE.
    ///
    /// @param address as [SocketAddress] writes it, `addressSize` bytes
    public static int sendTo(int fd, long data, long size, long address, int addressSize) {
        return SENDTO.call(fd, data, size, MessageHeader.MSG_NOSIGNAL, address, addressSize);
    }
}
