/// TLS connections: asyncio's `SSLProtocol` with a record path in Java.
///
/// asyncio's class, of whatever version, has the states, the timeouts and the errors. [TlsType] replaces
/// its methods that run for every read and write, and for each step of a handshake or a shutdown.
/// [TlsReading] and [TlsWriting] explain the path of the bytes, [TlsNegotiation] the steps, [TlsClosing] the end.
///
/// May use `transports` and all packages below.
@NullMarked
package databridge.pyloop.tls;

import org.jspecify.annotations.NullMarked;
