package databridge.pyloop.engine;

/// What a file descriptor is registered for with a poller: a set of bits.
///
/// The conditions have the numbers of `poll(2)` on Linux, which other interfaces of the kernel share, so that a poller
/// need not translate them. [Readiness] has what comes back.
public final class Interest {
    /// There is data, a connection to accept, or the end of the stream. `POLLIN`
    public static final int READ = 0x001;
    /// There is urgent (out-of-band) data. `POLLPRI`
    public static final int PRIORITY = 0x002;
    /// Writing would not block. `POLLOUT`
    public static final int WRITE = 0x004;
    /// The peer has closed the connection or shut down its writing side. `POLLRDHUP`
    public static final int END_OF_STREAM = 0x2000;

    /// Not a condition: after one event the registration stays, and reports nothing until it is registered
    /// again. `EPOLLONESHOT`
    public static final int ONE_SHOT = 1 << 30;
    /// Not a condition: an event is reported when a condition begins or there is more of it, not as long as
    /// it lasts. `EPOLLET`
    public static final int EDGE_TRIGGERED = 1 << 31;

    /// Not a condition: the registration exists, but the kernel has not been told of it, see
    /// [Registrations#announce]. Only in what [Registrations#interest] returns.
    public static final int ANNOUNCED = 1 << 29;

    private Interest() {}
}
