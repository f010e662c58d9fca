package databridge.pyloop.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A descriptor that was announced has an owner, and the kernel hears of it when it is registered.
@Timeout(60)
final class EpollAnnouncementTest extends PollerTestCase {
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
