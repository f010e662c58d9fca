package databridge.pyloop.epoll;

import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.FfmCalls;
import databridge.pyloop.libc.EventFd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/// A poller, a descriptor that becomes readable when it is signalled, and the events that handles receive.
abstract class PollerTestCase {
    static {
        FfmCalls.install();
    }

    static final CFunction DUP = CFunction.of("int dup(int oldfd)");
    static final CFunction CLOSE = CFunction.of("int close(int fd)");

    /// What a handle has received.
    record Event(String handle, int fd, int events) {}

    final EpollPoller poller = new EpollPoller();
    final EventFd source = new EventFd();
    final int fd = source.fileno();
    final List<Event> received = new ArrayList<>();

    @AfterEach
    void closeDescriptors() {
        poller.close();
        source.close();
    }

    PollHandle handle(String name) {
        return (ready, events) -> received.add(new Event(name, ready, events));
    }

    /// What one poll delivers.
    List<Event> poll() {
        received.clear();
        poller.dispatch(poller.await(0));
        return List.copyOf(received);
    }
}
