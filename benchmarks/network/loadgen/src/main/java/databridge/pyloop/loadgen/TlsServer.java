package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A server with nothing above OpenSSL and the system calls: the limit for TLS on epoll.
///
/// One thread, level triggered, one buffer: `epoll_wait`, `SSL_read`, and `SSL_write` at once; OpenSSL itself receives
/// from and sends to the socket. A connection that has ever had more than one record to read writes into memory
/// instead, which is sent when nothing more is to be read: one `send` for all records of a message. For connections
/// whose peer reads slowly the rest is kept and reading stops.
///
///     TlsServer tls|churn SIZE LIBRARY CERTIFICATE [VERSION]
///
/// `tls` echoes what comes. `churn` echoes SIZE bytes, sends the notice of the end and closes when the peer has.
/// LIBRARY is the path of libssl, CERTIFICATE a file with key and certificate, VERSION `1.2` or `1.3`.
public final class TlsServer {
    private static final int BUFFER_BYTES = 256 * 1024;
    /// Memory with more than this is sent before the next record is read.
    private static final int LARGEST_SEND_BYTES = BUFFER_BYTES / 2;

    private final MemorySegment buffer = Arena.global().allocate(BUFFER_BYTES, 64);
    private final Poller poller = new Poller();
    private final Listener listener = Listener.forStreams("");
    private final Libssl openssl;
    private final boolean once;
    private final int size;
    private Connection[] connections = new Connection[64];

    /// What is known of one connection.
    private static final class Connection {
        final int fd;
        final long ssl;
        boolean established;
        boolean ending;
        /// Bytes still to be echoed before the end, with `churn`.
        int remaining;
        /// What could not be sent.
        byte[] unsent;
        /// Whether it is watched for being writable.
        boolean blocked;
        /// Whether it writes into memory instead of the socket.
        boolean collects;

        Connection(int fd, long ssl, int remaining) {
            this.fd = fd;
            this.ssl = ssl;
            this.remaining = remaining;
        }
    }

    private TlsServer(boolean once, int size, Libssl openssl) {
        this.once = once;
        this.size = size;
        this.openssl = openssl;
        poller.add(listener.fd(), Poller.READABLE);
    }

    /// @param arguments see above
    public static void main(String[] arguments) {
        String version = arguments.length > 4 ? arguments[4] : "";
        int number = switch (version) {
            case "" -> 0;
            case "1.2" -> 0x0303;
            case "1.3" -> 0x0304;
            default -> throw new IllegalArgumentException("version of TLS: " + version);
        };
        Libssl openssl = new Libssl(arguments[2], arguments[3], number);
        TlsServer server = new TlsServer(arguments[0].equals("churn"), Integer.parseInt(arguments[1]), openssl);
        server.listener.announce();
        Listener.obeyInput(() ->
                "{\"handshakes\": " + openssl.accepted() + ", \"resumed_handshakes\": " + openssl.resumed() + "}");
        server.serve();
    }

    private void serve() {
        while (true) {
            int count = poller.poll();
            for (int i = 0; i < count; i++) {
                int fd = poller.fd(i);
                if (fd == listener.fd()) {
                    accept();
                } else {
                    ready(connections[fd]);
                }
            }
        }
    }

    private void accept() {
        for (int fd = listener.accept(); fd >= 0; fd = listener.accept()) {
            if (fd >= connections.length) {
                connections = Arrays.copyOf(connections, 2 * fd);
            }
            connections[fd] = new Connection(fd, openssl.open(fd), size);
            poller.add(fd, Poller.READABLE);
        }
    }

    private void ready(Connection connection) {
        if (!connection.established) {
            int result = openssl.handshake(connection.ssl);
            if (result != 1) {
                retry(connection, result);
                return;
            }
            connection.established = true;
        }
        if (flushed(connection)) {
            serve(connection);
        }
    }

    /// Waits for what OpenSSL needs, or closes.
    private void retry(Connection connection, int result) {
        switch (openssl.error(connection.ssl, result)) {
            case Libssl.WANT_READ -> waitFor(connection, false);
            case Libssl.WANT_WRITE -> waitFor(connection, true);
            default -> close(connection);
        }
    }

    private void waitFor(Connection connection, boolean writable) {
        if (connection.blocked != writable) {
            connection.blocked = writable;
            poller.change(connection.fd, writable ? Poller.WRITABLE : Poller.READABLE);
        }
    }

    /// Sends what is left; whether nothing is, and the connection is open.
    private boolean flushed(Connection connection) {
        byte[] rest = connection.unsent;
        if (rest == null) {
            return true;
        }
        MemorySegment.copy(rest, 0, buffer, JAVA_BYTE, 0, rest.length);
        connection.unsent = null;
        return connection.collects ? send(connection, buffer.asSlice(0, rest.length)) : echo(connection, rest.length);
    }

    private void serve(Connection connection) {
        while (true) {
            int count = openssl.read(connection.ssl, buffer, BUFFER_BYTES);
            if (count <= 0) {
                if (collected(connection)) {
                    retry(connection, count);
                }
                return;
            }
            if (!echo(connection, count)) {
                return;
            }
            // What OpenSSL has received, the poller does not see.
            if (!openssl.pending(connection.ssl)) {
                break;
            }
            if (!connection.collects) {
                connection.collects = !once && openssl.collectOutput(connection.ssl);
            } else if (openssl.output().byteSize() > LARGEST_SEND_BYTES && !collected(connection)) {
                return;
            }
        }
        if (collected(connection)) {
            waitFor(connection, false);
        }
    }

    /// Sends what is in memory, if that is where the connection writes; whether all was sent, and it is open.
    private boolean collected(Connection connection) {
        if (!connection.collects) {
            return true;
        }
        boolean done = send(connection, openssl.output());
        openssl.clearOutput();
        return done;
    }

    private boolean send(Connection connection, MemorySegment bytes) {
        long size = bytes.byteSize();
        long count = size == 0 ? 0 : Libc.send(connection.fd, bytes, size, Libc.MSG_NOSIGNAL);
        if (count == size) {
            return true;
        }
        if (count < 0 && count != -Libc.EAGAIN) {
            close(connection);
            return false;
        }
        connection.unsent = bytes.asSlice(Math.max(count, 0)).toArray(JAVA_BYTE);
        waitFor(connection, true);
        return false;
    }

    /// Sends what is in the buffer; whether all was sent, and the connection is open.
    private boolean echo(Connection connection, int count) {
        int start = 0;
        while (start < count) {
            int sent = openssl.write(connection.ssl, buffer.asSlice(start), count - start);
            if (sent <= 0) {
                connection.unsent = buffer.asSlice(start, count - start).toArray(JAVA_BYTE);
                retry(connection, sent);
                return false;
            }
            start += sent;
            connection.remaining -= sent;
        }
        if (once && connection.remaining == 0 && !connection.ending) {
            connection.ending = true;
            openssl.shutdown(connection.ssl);
        }
        return true;
    }

    private void close(Connection connection) {
        connections[connection.fd] = null;
        if (connection.collects) {
            openssl.clearOutput();
        }
        openssl.free(connection.ssl);
        Libc.close(connection.fd);
    }
}
