/// TLS connections: asyncio's `SSLProtocol` with a record path in Java.
///
/// asyncio's class, of whatever version, does the handshake, the shutdown, timeouts and errors. [TlsType] replaces its
/// methods that run for every read and write; [TlsReading] and [TlsWriting] explain the path of the bytes.
///
/// May use `transports` and all packages below.
@NullMarked
package databridge.pyloop.tls;

import org.jspecify.annotations.NullMarked;
