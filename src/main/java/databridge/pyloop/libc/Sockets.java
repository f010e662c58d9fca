package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.ffi.StaticMemory;

/// `<sys/socket.h>` on non-blocking sockets: a value or `-errno`. One call at a time, under the caller's lock.
public final class Sockets {
    private static final long MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CTRUNC = 0x08;

    private static final CStruct MSGHDR = CStruct.of("struct msghdr { void *msg_name; uint32_t msg_namelen;"
            + " struct iovec *msg_iov; size_t msg_iovlen; void *msg_control; size_t msg_controllen; int msg_flags; }");
    private static final long MSG_IOV = MSGHDR.offset("msg_iov");
    private static final long MSG_IOVLEN = MSGHDR.offset("msg_iovlen");
    private static final long MSG_FLAGS = MSGHDR.offset("msg_flags");

    private static final ErrnoFunction RECV =
            ErrnoFunction.of("ssize_t recv(int sockfd, void *buf, size_t len, int flags)");
    private static final ErrnoFunction SEND =
            ErrnoFunction.of("ssize_t send(int sockfd, const void *buf, size_t len, int flags)");
    private static final ErrnoFunction SENDMSG =
            ErrnoFunction.of("ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags)");
    private static final ErrnoFunction RECVMSG =
            ErrnoFunction.of("ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags)");

    private static final ErrnoFunction ACCEPT4 =
            ErrnoFunction.of("int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags)");
    private static final ErrnoFunction GETSOCKNAME =
            ErrnoFunction.of("int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen)");
    private static final ErrnoFunction SETSOCKOPT = ErrnoFunction.of(
            "int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen)");
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final StaticMemory ONE = StaticMemory.of(Integer.BYTES);
    private static final long ACCEPT_FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC
    private static final StaticMemory ADDRESS_SIZE = StaticMemory.of(Integer.BYTES);

    private static final IoVector BUFFER = IoVector.of(1);
    private static final StaticMemory SENT = StaticMemory.of(MSGHDR.size());
    private static final StaticMemory RECEIVED = StaticMemory.of(MSGHDR.size());

    private Sockets() {}

    public static int receive(int fd, long buffer, long size) {
        return RECV.call(fd, buffer, size, 0);
    }

    /// As [#receive], for Unix sockets; [#endedAtControlData] then tells more.
    public static int receiveMessage(int fd, long buffer, long size) {
        BUFFER.put(0, buffer, size);
        Memory.putLong(RECEIVED.address() + MSG_IOV, BUFFER.address(0));
        Memory.putLong(RECEIVED.address() + MSG_IOVLEN, 1);
        Memory.putInt(RECEIVED.address() + MSG_FLAGS, 0);
        return RECVMSG.call(fd, RECEIVED.address(), 0);
    }

    /// Whether the last [#receiveMessage] ended where descriptors or credentials were attached, so that there may be
    /// more to read, however little it returned.
    public static boolean endedAtControlData() {
        return (Memory.getInt(RECEIVED.address() + MSG_FLAGS) & MSG_CTRUNC) != 0;
    }

    /// Takes a connection, whose descriptor neither blocks nor is inherited by `exec`.
    ///
    /// @param address receives the peer's address, as far as it has room; [#addressSize] is its size
    public static int accept(int fd, long address, int room) {
        Memory.putInt(ADDRESS_SIZE.address(), room);
        return ACCEPT4.call(fd, address, ADDRESS_SIZE.address(), ACCEPT_FLAGS);
    }

    /// The socket's own address, as far as there is room for it; [#addressSize] is its size.
    public static int localAddress(int fd, long address, int room) {
        Memory.putInt(ADDRESS_SIZE.address(), room);
        return GETSOCKNAME.call(fd, address, ADDRESS_SIZE.address());
    }

    /// The size of the last address.
    public static int addressSize() {
        return Memory.getInt(ADDRESS_SIZE.address());
    }

    /// Has small pieces of data leave at once.
    public static int setNoDelay(int fd) {
        Memory.putInt(ONE.address(), 1);
        return SETSOCKOPT.call(fd, IPPROTO_TCP, TCP_NODELAY, ONE.address(), Integer.BYTES);
    }

    /// Without SIGPIPE.
    public static int send(int fd, long data, long size) {
        return SEND.call(fd, data, size, MSG_NOSIGNAL);
    }

    /// Sends the first `count` pieces as one. Without SIGPIPE.
    public static int sendPieces(int fd, IoVector pieces, int count) {
        Memory.putLong(SENT.address() + MSG_IOV, pieces.address(0));
        Memory.putLong(SENT.address() + MSG_IOVLEN, count);
        return SENDMSG.call(fd, SENT.address(), MSG_NOSIGNAL);
    }
}
