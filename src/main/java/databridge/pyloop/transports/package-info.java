/// Transports for stream sockets, datagram sockets and pipes, and the acceptor of listening sockets.
///
/// [WriterEngine] is the Java half of any transport that writes; [TransportEngine], its subclass, polls a
/// socket by itself. [StreamEngine] explains the path of the bytes. asyncio's own transports are the other
/// half: they open, close and report.
///
/// May use `loop`, `handles`, `receiving`, `cpython`, `engine`, `collections`, `libc`, `runtime`, and of
/// `ffi` what is memory.
@NullMarked
package databridge.pyloop.transports;

import org.jspecify.annotations.NullMarked;
