package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A server with nothing above the system calls: the limit for an event loop on epoll.
///
/// One thread, level triggered, one buffer: `epoll_wait`, `recv`, and `send` at once. For connections whose peer
/// reads slowly the rest is kept and reading stops.
///
///     EpollServer tcp|churn|udp|unix|download|upload SIZE [PATH]
///
/// SIZE is that of the large messages of `download` and `upload`.
public final class EpollServer {
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int LOOPBACK = 0x7f000001;
    private static final int BACKLOG = 4096;

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int EPOLLIN = 1;
    private static final int EPOLLOUT = 4;
    /// `struct epoll_event` is packed on x86-64; elsewhere its data begin after padding.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final long EVENT_SIZE = PACKED ? 12 : 16;
    private static final long EVENT_DATA = PACKED ? 4 : 8;

    private static final int MAX_EVENTS = 1024;
    private static final int BUFFER_BYTES = 256 * 1024;
    /// As much as the Python servers write at once.
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final int ADDRESS_BYTES = 128;
    /// Datagrams taken for one readiness event, so that a full queue needs few waits.
    private static final int DATAGRAM_BATCH = 64;

    private final Arena arena = Arena.global();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 64);
    private final MemorySegment events = arena.allocate(EVENT_SIZE * MAX_EVENTS, 64);
    private final MemorySegment event = arena.allocate(EVENT_SIZE, 8);
    private final MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
    private final MemorySegment length = arena.allocate(JAVA_INT);
    private final MemorySegment one = arena.allocate(JAVA_INT);
    private final int epoll = checked("epoll_create1", Libc.epollCreate());
    private final String kind;
    private final int listener;
    private final int size;
    /// What a download consists of.
    private final MemorySegment message;
    /// What could not be sent, by descriptor.
    private byte[][] unsent = new byte[64][];
    /// Bytes still to be sent in a download or received in an upload, by descriptor.
    private long[] remaining = new long[64];

    private EpollServer(String kind, int size, String path) {
        this.kind = kind;
        this.size = size;
        message = arena.allocate(size, 64);
        for (int i = 0; i < size; i++) {
            message.set(JAVA_BYTE, i, (byte) (i % Dialogue.DOWNLOAD_PERIOD));
        }
        one.set(JAVA_INT, 0, 1);
        int type = kind.equals("udp") ? SOCK_DGRAM : SOCK_STREAM;
        listener = checked("socket", Libc.socket(path.isEmpty() ? AF_INET : AF_UNIX, type | SOCK_NONBLOCK, 0));
        checked("bind", Libc.bind(listener, address, path.isEmpty() ? inetAddress() : unixAddress(path)));
        if (type == SOCK_STREAM) {
            checked("listen", Libc.listen(listener, BACKLOG));
        }
        watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    }

    /// @param arguments kind, size and, for `unix`, the path
    public static void main(String[] arguments) throws IOException {
        String path = arguments.length > 2 ? arguments[2] : "";
        EpollServer server = new EpollServer(arguments[0], Integer.parseInt(arguments[1]), path);
        String place = path.isEmpty() ? "" + server.port() : '"' + path + '"';
        System.out.println("{\"address\": " + place + ", \"tid\": " + Libc.gettid() + "}");
        Thread.ofPlatform().daemon().start(EpollServer::exitWithInput);
        server.serve();
    }

    private static void exitWithInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(0);
    }

    private static int checked(String call, int result) {
        if (result < 0) {
            throw new IllegalStateException(call + " failed with errno " + -result);
        }
        return result;
    }

    private int inetAddress() {
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_INET);
        address.set(JAVA_INT_UNALIGNED, 4, Integer.reverseBytes(LOOPBACK));
        return 16;
    }

    private int unixAddress(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
        return 2 + bytes.length + 1;
    }

    private int port() {
        length.set(JAVA_INT, 0, ADDRESS_BYTES);
        checked("getsockname", Libc.getsockname(listener, address, length));
        return Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT_UNALIGNED, 2)));
    }

    private void serve() {
        while (true) {
            int count = Libc.epollWait(epoll, events, MAX_EVENTS, -1);
            for (int i = 0; i < count; i++) {
                int fd = (int) events.get(JAVA_LONG_UNALIGNED, i * EVENT_SIZE + EVENT_DATA);
                if (fd != listener) {
                    serve(fd, events.get(JAVA_INT_UNALIGNED, i * EVENT_SIZE));
                } else if (kind.equals("udp")) {
                    datagrams();
                } else {
                    accept();
                }
            }
        }
    }

    private void accept() {
        for (int fd = Libc.accept4(listener, SOCK_NONBLOCK); fd >= 0; fd = Libc.accept4(listener, SOCK_NONBLOCK)) {
            if (!kind.equals("unix")) {
                checked("setsockopt", Libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, one, 4));
            }
            if (fd >= unsent.length) {
                unsent = Arrays.copyOf(unsent, 2 * fd);
                remaining = Arrays.copyOf(remaining, 2 * fd);
            }
            remaining[fd] = kind.equals("upload") ? size : 0;
            watch(EPOLL_CTL_ADD, fd, EPOLLIN);
        }
    }

    private void serve(int fd, int ready) {
        if ((ready & EPOLLOUT) != 0) {
            resume(fd);
            return;
        }
        long count = Libc.recv(fd, buffer, BUFFER_BYTES);
        if (count <= 0) {
            if (count != -Libc.EAGAIN) {
                close(fd);
            }
            return;
        }
        switch (kind) {
            case "download" -> {
                remaining[fd] = count * size;
                download(fd, false);
            }
            case "upload" -> upload(fd, count);
            default -> echo(fd, count);
        }
    }

    private void upload(int fd, long count) {
        for (remaining[fd] -= count; remaining[fd] <= 0; remaining[fd] += size) {
            // A byte always fits: there are no more of them unread than requests in flight.
            Libc.send(fd, message, 1, MSG_NOSIGNAL);
        }
    }

    /// Sends until the socket is full; requests that come meanwhile wait in the kernel.
    private void download(int fd, boolean waiting) {
        while (remaining[fd] > 0) {
            long left = (remaining[fd] - 1) % size + 1;
            long sent = Libc.send(fd, message.asSlice(size - left), Math.min(left, CHUNK_BYTES), MSG_NOSIGNAL);
            if (sent == -Libc.EAGAIN) {
                if (!waiting) {
                    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
                }
                return;
            }
            if (sent < 0) {
                close(fd);
                return;
            }
            remaining[fd] -= sent;
        }
        if (waiting) {
            watch(EPOLL_CTL_MOD, fd, EPOLLIN);
        }
    }

    private void echo(int fd, long count) {
        long sent = Libc.send(fd, buffer, count, MSG_NOSIGNAL);
        if (sent < 0 && sent != -Libc.EAGAIN) {
            close(fd);
        } else if (sent < count) {
            long start = Math.max(sent, 0);
            unsent[fd] = buffer.asSlice(start, count - start).toArray(JAVA_BYTE);
            watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
        } else if (kind.equals("churn")) {
            close(fd);
        }
    }

    private void resume(int fd) {
        if (kind.equals("download")) {
            download(fd, true);
            return;
        }
        byte[] rest = unsent[fd];
        MemorySegment.copy(rest, 0, buffer, JAVA_BYTE, 0, rest.length);
        long sent = Libc.send(fd, buffer, rest.length, MSG_NOSIGNAL);
        if (sent == rest.length) {
            unsent[fd] = null;
            watch(EPOLL_CTL_MOD, fd, EPOLLIN);
        } else if (sent > 0) {
            unsent[fd] = Arrays.copyOfRange(rest, (int) sent, rest.length);
        } else if (sent != -Libc.EAGAIN) {
            close(fd);
        }
    }

    private void datagrams() {
        for (int i = 0; i < DATAGRAM_BATCH; i++) {
            length.set(JAVA_INT, 0, ADDRESS_BYTES);
            long count = Libc.recvfrom(listener, buffer, BUFFER_BYTES, address, length);
            if (count < 0) {
                return;
            }
            // A datagram that does not fit into the peer's queue is lost, as datagrams may be.
            Libc.sendto(listener, buffer, count, address, length.get(JAVA_INT, 0));
        }
    }

    private void close(int fd) {
        unsent[fd] = null;
        Libc.close(fd);
    }

    private void watch(int operation, int fd, int interest) {
        event.set(JAVA_INT_UNALIGNED, 0, interest);
        event.set(JAVA_LONG_UNALIGNED, EVENT_DATA, fd);
        checked("epoll_ctl", Libc.epollCtl(epoll, operation, fd, event));
    }
}
