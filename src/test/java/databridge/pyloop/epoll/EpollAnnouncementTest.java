package databridge.pyloop.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.FfmCalls;
import databridge.pyloop.libc.EventFd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A descriptor that was announced has an owner, and the kernel hears of it when it is registered.
@Timeout(60)
final class EpollAnnouncementTest {
    static {
        FfmCalls.install();
    }

    private static final CFunction DUP = CFunction.of("int dup(int oldfd)");
    private static final CFunction CLOSE = CFunction.of("int close(int fd)");

    private record Event(String handle, int fd, int events) {}

    private final EpollPoller poller = new EpollPoller();
    private final EventFd source = new EventFd();
    private final int fd = source.fileno();
    private final List<Event> received = new ArrayList<>();

    @AfterEach
    void closeDescriptors() {
        poller.close();
        source.close();
    }

    private PollHandle handle(String name) {
        return (ready, events) -> received.add(new Event(name, ready, events));
    }

    /// What one poll delivers.
    private List<Event> poll() {
        received.clear();
        poller.dispatch(poller.await(0));
        return List.copyOf(received);
    }

    @Test
    void anAnnouncedDescriptorHasAnOwnerAndNoEvents() {
        PollHandle owner = handle("a");
        source.signal();
        poller.announce(fd, Interest.READ, owner);
        assertEquals(owner, poller.owner(fd));
        assertEquals(Interest.READ | Interest.ANNOUNCED, poller.interest(fd));
        assertEquals(List.of(), poll());
    }

    @Test
    void registeringAnAnnouncedDescriptorReportsWhatWasReadyBefore() {
        source.signal();
        poller.announce(fd, Interest.READ, handle("a"));
        assertEquals(0, poller.register(fd, Interest.READ | Interest.EDGE_TRIGGERED, handle("a")));
        assertEquals(List.of(new Event("a", fd, Interest.READ)), poll());
        assertEquals(Interest.READ | Interest.EDGE_TRIGGERED, poller.interest(fd));
    }

    @Test
    void anAnnouncementEndsARegistrationThatTheKernelHasLost() {
        poller.register(fd, Interest.READ, handle("a"));
        int duplicate = (int) DUP.call(fd); // keeps the file in the set
        source.signal();
        poller.announce(fd, Interest.READ, handle("b"));
        assertEquals(List.of(), poll());
        CLOSE.call(duplicate);
    }

    @Test
    void endingAnAnnouncementLeavesTheSetAsItIs() {
        poller.announce(fd, Interest.READ, handle("a"));
        poller.unregister(fd);
        assertEquals(0, poller.interest(fd));
        assertEquals(0, poller.register(fd, Interest.READ, handle("b")));
        source.signal();
        assertEquals(List.of(new Event("b", fd, Interest.READ)), poll());
    }
}
