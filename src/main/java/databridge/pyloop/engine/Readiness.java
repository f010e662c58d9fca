package databridge.pyloop.engine;

/// What a poller reports of a file descriptor: a set of bits, with the numbers of `poll(2)` on Linux. The conditions
/// are those of [Interest], and two that are reported whatever was asked for: [#ERROR] and [#HANG_UP].
public final class Readiness {
    /// There is data, a connection to accept, or the end of the stream. `POLLIN`
    public static final int READABLE = Interest.READ;
    /// There is urgent (out-of-band) data. `POLLPRI`
    public static final int PRIORITY = Interest.PRIORITY;
    /// Writing would not block. `POLLOUT`
    public static final int WRITABLE = Interest.WRITE;
    /// An error is pending; for the writing end of a pipe also that the reading end was closed. `POLLERR`
    public static final int ERROR = 0x008;
    /// The connection is closed in both directions, or the other end of a pipe was closed. `POLLHUP`
    public static final int HANG_UP = 0x010;
    /// The peer has closed the connection or shut down its writing side. `POLLRDHUP`
    public static final int END_OF_STREAM = Interest.END_OF_STREAM;

    /// A call that reads would not block: it returns data, the end of the stream, or an error.
    public static final int MAY_READ = READABLE | PRIORITY | ERROR | HANG_UP | END_OF_STREAM;
    /// A call that writes would not block: it takes data or returns an error.
    public static final int MAY_WRITE = WRITABLE | ERROR | HANG_UP;

    private Readiness() {}
}
