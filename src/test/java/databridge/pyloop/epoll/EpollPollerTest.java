package databridge.pyloop.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.Poller;
import databridge.pyloop.engine.Readiness;
import databridge.pyloop.engine.Registrations;
import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.libc.Epoll;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.EventFd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The poller delivers events of the kernel to the handle of the registration in force, and to no other.
@Timeout(60)
final class EpollPollerTest extends PollerTestCase {
    private static final CFunction DUP2 = CFunction.of("int dup2(int oldfd, int newfd)");

    @Test
    void deliversAnEventToItsHandle() {
        assertEquals(0, poller.register(fd, Interest.READ, handle("a")));
        assertEquals(List.of(), poll());
        source.signal();
        assertEquals(List.of(new Event("a", fd, Interest.READ)), poll());
    }

    @Test
    void deliversAsLongAsTheConditionHolds() {
        poller.register(fd, Interest.READ, handle("a"));
        source.signal();
        assertEquals(poll(), poll());
        assertEquals(1, poll().size());
    }

    @Test
    void aWaitWithoutLimitReturnsForAnEvent() {
        poller.register(fd, Interest.READ, handle("a"));
        source.signal();
        assertEquals(1, poller.await(Poller.FOREVER));
    }

    @Test
    void aChangedRegistrationHasTheNewInterestAndHandle() {
        poller.register(fd, Interest.READ, handle("a"));
        assertEquals(Interest.READ, poller.interest(fd));
        assertEquals(0, poller.register(fd, Interest.WRITE, handle("b")));
        assertEquals(Interest.WRITE, poller.interest(fd));
        source.signal();
        assertEquals(List.of(new Event("b", fd, Interest.WRITE)), poll());
    }

    @Test
    void nothingIsDeliveredOnceUnregistered() {
        poller.register(fd, Interest.READ, handle("a"));
        source.signal();
        poller.unregister(fd);
        assertEquals(0, poller.interest(fd));
        assertEquals(List.of(), poll());
        poller.unregister(fd);
    }

    @Test
    void canBeRegisteredAgain() {
        poller.register(fd, Interest.READ, handle("a"));
        poller.unregister(fd);
        assertEquals(0, poller.register(fd, Interest.READ, handle("b")));
        source.signal();
        assertEquals(List.of(new Event("b", fd, Interest.READ)), poll());
    }

    @Test
    void anEventFoundBeforeUnregisteringIsNotDelivered() {
        poller.register(fd, Interest.READ, handle("a"));
        source.signal();
        int found = poller.await(0);
        assertEquals(1, found);
        poller.unregister(fd);
        poller.dispatch(found);
        assertEquals(List.of(), received);
    }

    @Test
    void anEventFoundForAnEarlierRegistrationIsNotDeliveredToTheNext() {
        poller.register(fd, Interest.READ, handle("a"));
        source.signal();
        int found = poller.await(0);
        poller.unregister(fd);
        poller.register(fd, Interest.READ, handle("b"));
        poller.dispatch(found);
        assertEquals(List.of(), received);
        assertEquals(List.of(new Event("b", fd, Interest.READ)), poll());
    }

    @Test
    void aHandleMayUnregisterAnotherWhoseEventWasFoundWithIts() {
        EventFd other = new EventFd();
        int[] fds = {fd, other.fileno()};
        for (int one : fds) {
            poller.register(one, Interest.READ, (ready, events) -> {
                received.add(new Event("first", ready, events));
                poller.unregister(fds[0]);
                poller.unregister(fds[1]);
            });
        }
        source.signal();
        other.signal();
        assertEquals(1, poll().size());
        other.close();
    }

    @Test
    void aDescriptorThatIsClosedAlreadyCanBeUnregistered() {
        EventFd closed = new EventFd();
        poller.register(closed.fileno(), Interest.READ, handle("a"));
        closed.close();
        poller.unregister(closed.fileno());
        assertEquals(0, poller.interest(closed.fileno()));
    }

    /// A duplicate keeps the old file in the epoll set after its number was given to another file.
    @Test
    void aReusedNumberIsReplacedAndHearsNothingOfItsEarlierOwner() {
        EventFd earlier = new EventFd();
        int number = earlier.fileno();
        int duplicate = (int) DUP.call(number);
        poller.register(number, Interest.READ, handle("earlier"));
        earlier.signal();
        EventFd later = new EventFd();
        DUP2.call(later.fileno(), number);
        assertEquals(Registrations.REPLACED, poller.register(number, Interest.READ, handle("later")));
        assertEquals(1, poller.await(0));
        assertEquals(List.of(), poll());
        later.signal();
        assertEquals(List.of(new Event("later", number, Interest.READ)), poll());
        CLOSE.call(duplicate);
        later.close();
        earlier.close();
    }

    @Test
    void aDescriptorThatCannotBePolledIsAnErrorAndNotRegistered() {
        assertEquals(-Errno.EBADF, poller.register(100_000, Interest.READ, handle("a")));
        assertEquals(0, poller.interest(100_000));
    }

    @Test
    void manyRegistrationsAreToldApart() {
        List<EventFd> sources = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            EventFd one = new EventFd();
            sources.add(one);
            poller.register(one.fileno(), Interest.READ, handle("h" + one.fileno()));
        }
        for (EventFd one : sources.subList(100, 200)) {
            one.signal();
        }
        List<Event> events = poll();
        assertEquals(100, events.size());
        for (Event event : events) {
            assertEquals("h" + event.fd(), event.handle());
        }
        sources.forEach(EventFd::close);
    }

    @Test
    void aWakeupBeforeTheWaitMakesItReturnOnce() {
        poller.wakeUp();
        assertEquals(1, poller.await(Poller.FOREVER));
        poller.dispatch(1);
        assertEquals(List.of(), received);
        assertEquals(0, poller.await(0));
    }

    @Test
    void aWakeupFromAnotherThreadEndsTheWait() throws InterruptedException {
        Thread waker = new Thread(poller::wakeUp);
        waker.start();
        assertEquals(1, poller.await(Poller.FOREVER));
        waker.join();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 50_000, 999_999, 1_000_001, 3_500_000})
    void aTimeoutIsNeverCutShort(long timeoutNs) {
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            assertEquals(0, poller.await(timeoutNs));
            long elapsed = System.nanoTime() - start;
            assertTrue(elapsed >= timeoutNs, "after " + elapsed + " ns");
        }
    }

    @Test
    void whatIsForgottenAndClosedIsNobodysAndItsNumberCanBeUsedAgain() {
        EventFd closing = new EventFd();
        int number = closing.fileno();
        assertEquals(0, poller.register(number, Interest.READ, handle("first")));
        closing.signal();
        poller.forget(number);
        assertEquals(List.of(), poll());
        closing.close();
        assertEquals(number, (int) DUP2.call(fd, number));
        assertEquals(0, poller.register(number, Interest.READ, handle("second")));
        source.signal();
        assertEquals(List.of(new Event("second", number, Interest.READ)), poll());
        poller.unregister(number);
        CLOSE.call(number);
    }

    @Test
    void whatIsForgottenAndStillOpenCanBeRegisteredAgain() {
        assertEquals(0, poller.register(fd, Interest.READ, handle("first")));
        poller.forget(fd);
        assertEquals(0, poller.register(fd, Interest.READ, handle("second")));
        source.signal();
        assertEquals(List.of(new Event("second", fd, Interest.READ)), poll());
    }

    /// An interest is passed to the kernel unchanged, and its events are delivered unchanged.
    @Test
    void interestAndReadinessHaveTheNumbersOfEpoll() {
        assertEquals(Epoll.EPOLLIN, Interest.READ);
        assertEquals(Epoll.EPOLLPRI, Interest.PRIORITY);
        assertEquals(Epoll.EPOLLOUT, Interest.WRITE);
        assertEquals(Epoll.EPOLLRDHUP, Interest.END_OF_STREAM);
        assertEquals(Epoll.EPOLLONESHOT, Interest.ONE_SHOT);
        assertEquals(Epoll.EPOLLET, Interest.EDGE_TRIGGERED);
        assertEquals(Epoll.EPOLLERR, Readiness.ERROR);
        assertEquals(Epoll.EPOLLHUP, Readiness.HANG_UP);
    }

    @Test
    void aOneShotRegistrationDeliversOnceAndIsChangedByTheNext() {
        poller.register(fd, Interest.READ | Interest.ONE_SHOT, handle("first"));
        source.signal();
        assertEquals(List.of(new Event("first", fd, Readiness.READABLE)), poll());
        assertEquals(List.of(), poll());
        poller.oneShotDelivered(fd);
        assertEquals(Interest.ONE_SHOT, poller.interest(fd));
        assertEquals(0, poller.register(fd, Interest.READ | Interest.ONE_SHOT, handle("second")));
        assertEquals(List.of(new Event("second", fd, Readiness.READABLE)), poll());
    }

    @Test
    void aClosedPollerRegistersNothing() {
        EpollPoller closed = new EpollPoller();
        closed.close();
        assertEquals(-Errno.EBADF, closed.register(fd, Interest.READ, handle("late")));
        assertEquals(0, closed.interest(fd));
    }
}
