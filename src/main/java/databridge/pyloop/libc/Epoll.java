package databridge.pyloop.libc;

import databridge.pyloop.ffi.CStruct;
import databridge.pyloop.ffi.ErrnoFunction;
import databridge.pyloop.ffi.Memory;

/// `<sys/epoll.h>`: one epoll instance with the memory its calls need. Results are a value or `-errno`.
///
/// [#await] may run in one thread while another makes the other calls, one at a time.
public final class Epoll {
    /// There is data, a connection to accept, or the end of the stream.
    public static final int EPOLLIN = 0x001;
    /// There is urgent data.
    public static final int EPOLLPRI = 0x002;
    /// Writing would not block.
    public static final int EPOLLOUT = 0x004;
    /// An error is pending. Always reported.
    public static final int EPOLLERR = 0x008;
    /// The connection is closed in both directions. Always reported.
    public static final int EPOLLHUP = 0x010;
    /// The peer has shut down its writing side.
    public static final int EPOLLRDHUP = 0x2000;
    /// Disables the registration after one event.
    public static final int EPOLLONESHOT = 1 << 30;
    /// Edge-triggered: a change is reported once.
    public static final int EPOLLET = 1 << 31;

    /// Adds a descriptor to the set.
    public static final int EPOLL_CTL_ADD = 1;
    /// Removes a descriptor from the set.
    public static final int EPOLL_CTL_DEL = 2;
    /// Changes what a descriptor of the set is polled for.
    public static final int EPOLL_CTL_MOD = 3;

    private static final int EPOLL_CLOEXEC = 0x80000;

    // Packed on x86-64 only, where 32-bit programs then have the same layout (sys/epoll.h: EPOLL_PACKED).
    private static final CStruct EPOLL_EVENT = CStruct.packed("struct epoll_event { uint32_t events; uint64_t data; }");
    private static final long EVENTS = EPOLL_EVENT.offset("events");
    private static final long DATA = EPOLL_EVENT.offset("data");
    private static final long EVENT_SIZE = EPOLL_EVENT.size();

    private static final CStruct TIMESPEC = CStruct.of("struct timespec { time_t tv_sec; long tv_nsec; }");
    private static final long TV_SEC = TIMESPEC.offset("tv_sec");
    private static final long TV_NSEC = TIMESPEC.offset("tv_nsec");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int NANOS_PER_MILLI = 1_000_000;
    /// Far beyond any real deadline, and within the range of the kernel.
    private static final long LONGEST_WAIT_NS = 24 * 3600 * NANOS_PER_SECOND;

    private static final ErrnoFunction CREATE1 = ErrnoFunction.of("int epoll_create1(int flags)");
    private static final ErrnoFunction CTL =
            ErrnoFunction.of("int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)");
    private static final ErrnoFunction WAIT =
            ErrnoFunction.of("int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)");
    private static final ErrnoFunction BLOCKING_WAIT =
            ErrnoFunction.blocking("int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)");
    /// C libraries before glibc 2.35 lack it.
    private static final ErrnoFunction PWAIT2 = ErrnoFunction.optionalBlocking("int epoll_pwait2(int epfd,"
            + " struct epoll_event *events, int maxevents, const struct timespec *timeout, const sigset_t *ss)");

    // Before the memory, which would be lost if there were no descriptor.
    private final int fd = SystemCallException.check("epoll_create1", CREATE1.call(EPOLL_CLOEXEC));
    private final int maxEvents;
    private final long event = Memory.allocate(EVENT_SIZE);
    private final long timespec = Memory.allocate(TIMESPEC.size());
    private final long ready;
    private boolean nanosecondWaits = PWAIT2.isPresent();

    /// Creates an instance that is not inherited by `exec`.
    ///
    /// @param maxEvents how many events one wait returns at most
    /// @throws SystemCallException if the process or the system has no descriptors left
    public Epoll(int maxEvents) {
        this.maxEvents = maxEvents;
        ready = Memory.allocate(maxEvents * EVENT_SIZE);
    }

    /// The descriptor of the set, which is readable while there are events.
    public int fileno() {
        return fd;
    }

    /// `epoll_ctl`
    ///
    /// @param data comes back with every event
    public int control(int op, int target, int events, long data) {
        Memory.putInt(event + EVENTS, events);
        Memory.putLongUnaligned(event + DATA, data);
        return CTL.call(fd, op, target, event);
    }

    /// Waits for events, which [#events] and [#data] then show.
    ///
    /// With `epoll_pwait2` (glibc 2.35, Linux 5.11) the timeout is exact, else it is rounded up to milliseconds.
    ///
    /// @param timeoutNs in nanoseconds, [Long#MAX_VALUE] for no limit
    public int await(long timeoutNs) {
        if (timeoutNs == 0) {
            return WAIT.call(fd, ready, maxEvents, 0);
        }
        if (timeoutNs == Long.MAX_VALUE) {
            return BLOCKING_WAIT.call(fd, ready, maxEvents, -1);
        }
        long limited = Math.min(timeoutNs, LONGEST_WAIT_NS);
        if (nanosecondWaits) {
            Memory.putLong(timespec + TV_SEC, limited / NANOS_PER_SECOND);
            Memory.putLong(timespec + TV_NSEC, limited % NANOS_PER_SECOND);
            int result = PWAIT2.call(fd, ready, maxEvents, timespec, 0L);
            if (!Errno.isRefusal(result)) {
                return result;
            }
            nanosecondWaits = false;
        }
        int roundedUp = (int) ((limited + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        return BLOCKING_WAIT.call(fd, ready, maxEvents, roundedUp);
    }

    /// The event mask at `index` of the last wait.
    public int events(int index) {
        return Memory.getInt(ready + index * EVENT_SIZE + EVENTS);
    }

    /// The data at `index` of the last wait.
    public long data(int index) {
        return Memory.getLongUnaligned(ready + index * EVENT_SIZE + DATA);
    }

    /// Whether the C library and the kernel have `epoll_pwait2`.
    ///
    /// @throws SystemCallException if the process or the system has no descriptors left
    public static boolean hasNanosecondWaits() {
        Epoll probe = new Epoll(1);
        probe.await(1);
        probe.close();
        return probe.nanosecondWaits;
    }

    /// Closes the descriptor and frees the memory. No method may be called afterwards.
    public void close() {
        FileDescriptors.close(fd);
        Memory.free(event);
        Memory.free(timespec);
        Memory.free(ready);
    }
}
