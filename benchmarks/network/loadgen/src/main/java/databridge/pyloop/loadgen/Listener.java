package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Where a server that shows the limit is connected to, and how it tells that. For one thread.
final class Listener {
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int LOOPBACK = 0x7f000001;
    private static final int BACKLOG = 4096;
    private static final int ADDRESS_BYTES = 128;

    private final MemorySegment address = Arena.global().allocate(ADDRESS_BYTES, 8);
    private final MemorySegment length = Arena.global().allocate(JAVA_INT);
    private final MemorySegment one = Arena.global().allocate(JAVA_INT);
    private final String path;
    private final int fd;

    private Listener(int type, String path) {
        this.path = path;
        one.set(JAVA_INT, 0, 1);
        fd = Libc.checked("socket", Libc.socket(path.isEmpty() ? AF_INET : AF_UNIX, type | SOCK_NONBLOCK, 0));
        Libc.checked("bind", Libc.bind(fd, address, path.isEmpty() ? inetAddress() : unixAddress()));
        if (type == SOCK_STREAM) {
            Libc.checked("listen", Libc.listen(fd, BACKLOG));
        }
    }

    /// @param path of the Unix socket; empty for a TCP port of the system's choice
    static Listener forStreams(String path) {
        return new Listener(SOCK_STREAM, path);
    }

    static Listener forDatagrams() {
        return new Listener(SOCK_DGRAM, "");
    }

    int fd() {
        return fd;
    }

    /// A new connection, not blocking and without Nagle's algorithm.
    ///
    /// @return its descriptor, negative if there is none
    int accept() {
        int connection = Libc.accept4(fd, SOCK_NONBLOCK);
        if (connection >= 0 && path.isEmpty()) {
            Libc.checked("setsockopt", Libc.setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, one, 4));
        }
        return connection;
    }

    /// Prints the line of JSON for which the driver waits.
    void announce() {
        String place = path.isEmpty() ? "" + port() : '"' + path + '"';
        System.out.println("{\"address\": " + place + ", \"tid\": " + Libc.gettid() + "}");
    }

    /// Ends the process when standard input ends, in a thread of its own. Answers each line before with what the
    /// report gives.
    static void obeyInput(java.util.function.Supplier<String> report) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int next = System.in.read(); next >= 0; next = System.in.read()) {
                    if (next == '\n') {
                        System.out.println(report.get());
                    }
                }
            } catch (IOException e) {
                // As good as its end.
            }
            Runtime.getRuntime().halt(0);
        });
    }

    private int inetAddress() {
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_INET);
        address.set(JAVA_INT_UNALIGNED, 4, Integer.reverseBytes(LOOPBACK));
        return 16;
    }

    private int unixAddress() {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        address.set(JAVA_SHORT_UNALIGNED, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
        return 2 + bytes.length + 1;
    }

    private int port() {
        length.set(JAVA_INT, 0, ADDRESS_BYTES);
        Libc.checked("getsockname", Libc.getsockname(fd, address, length));
        return Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT_UNALIGNED, 2)));
    }
}
