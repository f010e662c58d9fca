package databridge.pyloop.tls;

import databridge.pyloop.cpython.BytesApi;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.openssl.SocketBio;
import databridge.pyloop.openssl.Ssl;
import databridge.pyloop.transports.StreamEngine;

/// The output of connections whose records the kernel encrypts (kernel TLS). With the GIL, in the loop's thread.
///
/// ```
/// handshake, alerts   OpenSSL -> a descriptor of its own for the socket
/// write()             -> transport below -> kernel, as if there were no TLS
/// ```
///
/// What is received takes the way that [TlsReading] describes. The descriptor is a duplicate: OpenSSL closes it,
/// so it can never write to another socket that has got the number of a closed one.
final class KernelTls {
    /// How many bytes are copied at most if the socket is full.
    private static final int MOST_AT_ONCE = 64 * 1024;

    private KernelTls() {}

    /// Makes OpenSSL send to the socket itself. Before the handshake.
    ///
    /// @param fd a duplicate of the descriptor, which OpenSSL closes if the result is true
    /// @return false if the engine does not serve the connection
    static boolean enter(long protocol, int fd) {
        if (!TlsLayout.isAttached(protocol) || isEntered(protocol)) {
            return false;
        }
        SocketBio.enter(TlsLayout.ssl(protocol), TlsLayout.output(protocol), fd);
        return true;
    }

    /// Notes whether the kernel encrypts, when the handshake is over.
    static boolean settle(long protocol) {
        boolean sends = isEntered(protocol) && SocketBio.isKernelSending(TlsLayout.ssl(protocol));
        TlsLayout.setKernelSending(protocol, sends);
        return sends;
    }

    /// Closes the duplicate: OpenSSL keeps what it sends from now on.
    static void leave(long protocol) {
        TlsLayout.setKernelSending(protocol, false);
        if (isEntered(protocol) && !TlsLayout.isRunning(protocol)) {
            SocketBio.leave(TlsLayout.ssl(protocol), TlsLayout.output(protocol));
        }
    }

    /// Whether OpenSSL sends to the socket itself. Then its calls can find the socket full.
    static boolean isEntered(long protocol) {
        return TlsLayout.isAttached(protocol) && Ssl.output(TlsLayout.ssl(protocol)) != TlsLayout.output(protocol);
    }

    /// Passes memory to the transport below. As in asyncio, pauses of the transport count for the next write.
    ///
    /// @param size more than 0
    /// @return how many bytes
    /// @throws databridge.pyloop.cpython.PyError what the transport raised
    static long write(long protocol, long address, long size) {
        continueHandshake(protocol);
        long done = 0;
        do {
            long part = Math.min(size - done, MOST_AT_ONCE);
            long transport = Refs.retainField(protocol + TlsLayout.TRANSPORT);
            try {
                send(transport, address + done, part);
            } finally {
                Refs.release(transport);
            }
            done += part;
        } while (done < size && TlsLayout.isKernelSending(protocol));
        return done;
    }

    /// @param transport the transport below, or None once the connection has ended
    private static void send(long transport, long address, long size) {
        StreamEngine stream = LowerTransport.stream(transport);
        if (stream == null) {
            LowerTransport.pass(transport, BytesApi.copy(address, size));
            return;
        }
        long rest = stream.sendOrCopy(address, size);
        if (rest != 0) {
            stream.append(rest, size);
        }
    }

    private static void continueHandshake(long protocol) {
        if (!TlsLayout.isRunning(protocol)) {
            TlsLayout.setRunning(protocol, true);
            try {
                Ssl.continueHandshake(TlsLayout.ssl(protocol));
            } finally {
                TlsLayout.setRunning(protocol, false);
            }
        }
    }
}
