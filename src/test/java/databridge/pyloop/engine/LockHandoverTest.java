package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// When a loop looks for I/O with the lock held, before it waits without.
final class LockHandoverTest {
    private static final long NOW = 1_000_000_000;

    private final LockHandover lockHandover = new LockHandover();

    @Test
    void aLoopThatFoundNothingWaitsAtOnce() {
        getLockBackAfter(0);
        assertFalse(lockHandover.looks(NOW));
        lockHandover.found(0);
        assertFalse(lockHandover.looks(NOW));
    }

    @Test
    void aSingleEventIsNoLoad() {
        getLockBackAfter(0);
        lockHandover.found(1);
        assertFalse(lockHandover.looks(NOW));
    }

    @Test
    void severalEventsAre() {
        getLockBackAfter(0);
        lockHandover.found(2);
        assertTrue(lockHandover.looks(NOW));
        assertEquals(0, lockHandover.lookNs());
        lockHandover.found(0);
        assertFalse(lockHandover.looks(NOW));
    }

    @Test
    void theLockIsGivenUpNowAndThenHoweverMuchIsFound() {
        lockHandover.found(100);
        assertFalse(lockHandover.looks(NOW));
        getLockBackAfter(0);
        assertTrue(lockHandover.looks(NOW + LockHandover.MOST_KEPT_NS - 1));
        assertFalse(lockHandover.looks(NOW + LockHandover.MOST_KEPT_NS));
        assertFalse(lockHandover.isOver(NOW + LockHandover.MOST_KEPT_NS - 1));
        assertTrue(lockHandover.isOver(NOW + LockHandover.MOST_KEPT_NS));
    }

    @Test
    void whereTheLockIsContendedEverySuccessCountsAndLooksAreRepeated() {
        getLockBackAfter(5_000_000);
        lockHandover.found(1);
        assertTrue(lockHandover.looks(NOW));
        assertEquals(LockHandover.CONTENDED_NS, lockHandover.lookNs());
        lockHandover.found(0);
        assertFalse(lockHandover.looks(NOW));
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        getLockBackAfter(5_000_000);
        getLockBackAfter(1_000);
        lockHandover.found(2);
        assertTrue(lockHandover.looks(NOW));
        assertEquals(0, lockHandover.lookNs());
    }

    private void getLockBackAfter(long nanos) {
        lockHandover.waitedForLock(NOW - nanos, NOW);
    }
}
