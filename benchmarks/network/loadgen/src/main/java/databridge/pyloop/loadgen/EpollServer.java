package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    private static final int BUFFER_BYTES = 256 * 1024;
    /// As much as the Python servers write at once.
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final int ADDRESS_BYTES = 128;
    /// Datagrams taken for one readiness event, so that a full queue needs few waits.
    private static final int DATAGRAM_BATCH = 64;

    private final Arena arena = Arena.global();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 64);
    private final MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
    private final MemorySegment length = arena.allocate(JAVA_INT);
    private final Poller poller = new Poller();
    private final String kind;
    private final Listener listener;
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
        listener = kind.equals("udp") ? Listener.forDatagrams() : Listener.forStreams(path);
        poller.add(listener.fd(), Poller.READABLE);
    }

    /// @param arguments kind, size and, for a Unix socket, its path
    public static void main(String[] arguments) {
        String path = arguments.length > 2 ? arguments[2] : "";
        EpollServer server = new EpollServer(arguments[0], Integer.parseInt(arguments[1]), path);
        server.listener.announce();
        Listener.obeyInput(() -> "{}");
        server.serve();
    }

    private void serve() {
        while (true) {
            int count = poller.poll();
            for (int i = 0; i < count; i++) {
                int fd = poller.fd(i);
                if (fd != listener.fd()) {
                    serve(fd, poller.ready(i));
                } else if (kind.equals("udp")) {
                    datagrams();
                } else {
                    accept();
                }
            }
        }
    }

    private void accept() {
        for (int fd = listener.accept(); fd >= 0; fd = listener.accept()) {
            if (fd >= unsent.length) {
                unsent = Arrays.copyOf(unsent, 2 * fd);
                remaining = Arrays.copyOf(remaining, 2 * fd);
            }
            remaining[fd] = kind.equals("upload") ? size : 0;
            poller.add(fd, Poller.READABLE);
        }
    }

    private void serve(int fd, int ready) {
        if ((ready & Poller.WRITABLE) != 0) {
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
            Libc.send(fd, message, 1, Libc.MSG_NOSIGNAL);
        }
    }

    /// Sends until the socket is full; requests that come meanwhile wait in the kernel.
    private void download(int fd, boolean waiting) {
        while (remaining[fd] > 0) {
            long left = (remaining[fd] - 1) % size + 1;
            long sent = Libc.send(fd, message.asSlice(size - left), Math.min(left, CHUNK_BYTES), Libc.MSG_NOSIGNAL);
            if (sent == -Libc.EAGAIN) {
                if (!waiting) {
                    poller.change(fd, Poller.WRITABLE);
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
            poller.change(fd, Poller.READABLE);
        }
    }

    private void echo(int fd, long count) {
        long sent = Libc.send(fd, buffer, count, Libc.MSG_NOSIGNAL);
        if (sent < 0 && sent != -Libc.EAGAIN) {
            close(fd);
        } else if (sent < count) {
            long start = Math.max(sent, 0);
            unsent[fd] = buffer.asSlice(start, count - start).toArray(JAVA_BYTE);
            poller.change(fd, Poller.WRITABLE);
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
        long sent = Libc.send(fd, buffer, rest.length, Libc.MSG_NOSIGNAL);
        if (sent == rest.length) {
            unsent[fd] = null;
            poller.change(fd, Poller.READABLE);
        } else if (sent > 0) {
            unsent[fd] = Arrays.copyOfRange(rest, (int) sent, rest.length);
        } else if (sent != -Libc.EAGAIN) {
            close(fd);
        }
    }

    private void datagrams() {
        for (int i = 0; i < DATAGRAM_BATCH; i++) {
            length.set(JAVA_INT, 0, ADDRESS_BYTES);
            long count = Libc.recvfrom(listener.fd(), buffer, BUFFER_BYTES, address, length);
            if (count < 0) {
                return;
            }
            // A datagram that does not fit into the peer's queue is lost, as datagrams may be.
            Libc.sendto(listener.fd(), buffer, count, address, length.get(JAVA_INT, 0));
        }
    }

    private void close(int fd) {
        unsent[fd] = null;
        Libc.close(fd);
    }
}
