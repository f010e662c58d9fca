package databridge.pyloop.transports;

import static databridge.pyloop.libc.Epoll.EPOLLHUP;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;
import static databridge.pyloop.libc.Epoll.EPOLLRDHUP;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// An edge is reported once, so no mark may be lost before a system call has shown that there is no more.
final class SocketReadinessTest {
    private final SocketReadiness readiness = new SocketReadiness();

    @Test
    void nothingIsReadyBeforeTheFirstEvent() {
        assertFalse(readiness.isReadable());
        assertFalse(readiness.isWritable());
    }

    @Test
    void aShortReadOfPlainDataShowsThatNothingIsLeft() {
        readiness.addEvents(EPOLLIN, false);
        assertTrue(readiness.isReadable());
        readiness.beginReading();
        readiness.dataRead(false);
        assertFalse(readiness.isReadable());
    }

    @Test
    void aFullReadMayHaveLeftSomething() {
        readiness.addEvents(EPOLLIN, false);
        readiness.beginReading();
        readiness.dataRead(true);
        assertTrue(readiness.isReadable());
    }

    @Test
    void anEndBehindTheDataIsReadUntilTheKernelHasNothing() {
        readiness.addEvents(EPOLLIN | EPOLLRDHUP, false);
        for (int i = 0; i < 3; i++) {
            readiness.beginReading();
            readiness.dataRead(false);
            assertTrue(readiness.isReadable());
        }
        readiness.beginReading();
        readiness.nothingLeft();
        assertFalse(readiness.isReadable());
        readiness.addEvents(EPOLLIN, false);
        readiness.beginReading();
        readiness.dataRead(false);
        assertFalse(readiness.isReadable());
    }

    @Test
    void anEventDuringAReadIsNotLostWithItsResult() {
        readiness.addEvents(EPOLLIN, false);
        readiness.beginReading();
        readiness.addEvents(EPOLLIN, false);
        readiness.nothingLeft();
        assertTrue(readiness.isReadable());
    }

    @Test
    void writabilityIsMarkedOnlyWhileSomethingWaitsForIt() {
        readiness.addEvents(EPOLLOUT, false);
        assertFalse(readiness.isWritable());
        readiness.addEvents(EPOLLOUT, true);
        assertTrue(readiness.isWritable());
        readiness.beginWriting();
        assertFalse(readiness.isWritable());
    }

    @Test
    void aHangUpIsReadyInBothDirections() {
        readiness.addEvents(EPOLLHUP, true);
        assertTrue(readiness.isReadable());
        assertTrue(readiness.isWritable());
    }
}
