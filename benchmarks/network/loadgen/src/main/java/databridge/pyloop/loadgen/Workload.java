package databridge.pyloop.loadgen;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.Map;

/// What is sent to one server, as the driver describes it: `key=value` words, all but the address optional.
///
/// @param transport how to get there
/// @param address of the server
/// @param exchange what is asked and what must come back
/// @param connections how many at the same time
/// @param size bytes of a request, and of the response where that is an echo
/// @param depth requests in flight per connection
/// @param churn a new connection for every request; the server closes it after the response
/// @param resume whether each TLS connection after the first of its place offers the session of the one before
/// @param split a request is written in two pieces, four bytes of length and the rest
/// @param verify compare every byte that comes back, not only the ends of each piece; connections share none
/// @param path of the HTTP request
record Workload(
        Transport transport,
        SocketAddress address,
        Exchange exchange,
        int connections,
        int size,
        int depth,
        boolean churn,
        boolean resume,
        boolean split,
        boolean verify,
        String path) {
    /// Ways to reach a server.
    enum Transport {
        TCP,
        TLS,
        UNIX,
        UDP
    }

    /// What a request is and what answers it.
    enum Exchange {
        /// The bytes of the request come back.
        ECHO,
        /// One byte is answered by `size` bytes.
        DOWNLOAD,
        /// `size` bytes are answered by one.
        UPLOAD,
        /// GET, answered by a head with `Content-Length` and a body.
        HTTP
    }

    static Workload parse(String[] words) {
        Map<String, String> values = new HashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("not key=value: " + word);
            }
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        Transport transport =
                Transport.valueOf(values.getOrDefault("transport", "tcp").toUpperCase(java.util.Locale.ROOT));
        String place = values.get("address");
        if (place == null) {
            throw new IllegalArgumentException("address is missing");
        }
        Workload workload = new Workload(
                transport,
                transport == Transport.UNIX ? UnixDomainSocketAddress.of(place) : loopback(place),
                Exchange.valueOf(values.getOrDefault("exchange", "echo").toUpperCase(java.util.Locale.ROOT)),
                Integer.parseInt(values.getOrDefault("connections", "1")),
                Integer.parseInt(values.getOrDefault("size", "1024")),
                Integer.parseInt(values.getOrDefault("depth", "1")),
                Boolean.parseBoolean(values.get("churn")),
                Boolean.parseBoolean(values.get("resume")),
                Boolean.parseBoolean(values.get("split")),
                Boolean.parseBoolean(values.get("verify")),
                values.getOrDefault("path", "/"));
        workload.check();
        return workload;
    }

    private static SocketAddress loopback(String port) {
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
    }

    private void check() {
        if (connections < 1 || size < 1 || depth < 1) {
            throw new IllegalArgumentException("connections, size and depth must be positive");
        }
        if (transport == Transport.UDP && (depth > 1 || churn || split || exchange != Exchange.ECHO)) {
            throw new IllegalArgumentException("UDP is for single echoes only");
        }
        if (split && (size <= Frame.HEADER_BYTES || exchange != Exchange.ECHO)) {
            throw new IllegalArgumentException("split is for echoes with a body");
        }
        if (resume && !(churn && transport == Transport.TLS)) {
            throw new IllegalArgumentException("resume is for TLS connections of one request each");
        }
        if (churn && depth > 1) {
            throw new IllegalArgumentException("churn is one request per connection");
        }
    }
}
