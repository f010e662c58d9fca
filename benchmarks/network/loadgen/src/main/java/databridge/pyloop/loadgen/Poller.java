package databridge.pyloop.loadgen;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// One epoll instance, level triggered, for the servers that show the limit. For one thread.
final class Poller {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_MOD = 3;
    /// `struct epoll_event` is packed on x86-64; elsewhere its data begin after padding.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final long EVENT_SIZE = PACKED ? 12 : 16;
    private static final long EVENT_DATA = PACKED ? 4 : 8;
    private static final int MAX_EVENTS = 1024;

    private final MemorySegment events = Arena.global().allocate(EVENT_SIZE * MAX_EVENTS, 64);
    private final MemorySegment event = Arena.global().allocate(EVENT_SIZE, 8);
    private final int epoll = Libc.checked("epoll_create1", Libc.epollCreate());

    void add(int fd, int interest) {
        control(EPOLL_CTL_ADD, fd, interest);
    }

    void change(int fd, int interest) {
        control(EPOLL_CTL_MOD, fd, interest);
    }

    private void control(int operation, int fd, int interest) {
        event.set(JAVA_INT_UNALIGNED, 0, interest);
        event.set(JAVA_LONG_UNALIGNED, EVENT_DATA, fd);
        Libc.checked("epoll_ctl", Libc.epollCtl(epoll, operation, fd, event));
    }

    /// Waits for events.
    ///
    /// @return how many there are; a negative number if a signal came
    int poll() {
        return Libc.epollWait(epoll, events, MAX_EVENTS, -1);
    }

    /// The descriptor of an event.
    int fd(int index) {
        return (int) events.get(JAVA_LONG_UNALIGNED, index * EVENT_SIZE + EVENT_DATA);
    }

    /// What the descriptor of an event is ready for.
    int ready(int index) {
        return events.get(JAVA_INT_UNALIGNED, index * EVENT_SIZE);
    }
}
