package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// When a loop polls with the lock held before it waits without it.
final class LockHandoverTest {
    private static final long NOW = 1_000_000_000;

    private final LockHandover lockHandover = new LockHandover();

    @Test
    void aLoopWithoutEventsWaitsAtOnce() {
        getLockBackAfter(0);
        assertFalse(lockHandover.spinsFirst(NOW));
        lockHandover.polled(0);
        assertFalse(lockHandover.spinsFirst(NOW));
    }

    @Test
    void aSingleEventIsNoLoad() {
        getLockBackAfter(0);
        lockHandover.polled(1);
        assertFalse(lockHandover.spinsFirst(NOW));
    }

    @Test
    void severalEventsAreLoad() {
        getLockBackAfter(0);
        lockHandover.polled(2);
        assertTrue(lockHandover.spinsFirst(NOW));
        assertEquals(0, lockHandover.spinNs());
        lockHandover.polled(0);
        assertFalse(lockHandover.spinsFirst(NOW));
    }

    @Test
    void theLockIsHandedOverNowAndThenHoweverManyEventsThereAre() {
        lockHandover.polled(100);
        assertFalse(lockHandover.spinsFirst(NOW));
        getLockBackAfter(0);
        assertTrue(lockHandover.spinsFirst(NOW + LockHandover.MAX_HOLD_NS - 1));
        assertFalse(lockHandover.spinsFirst(NOW + LockHandover.MAX_HOLD_NS));
        assertFalse(lockHandover.isDue(NOW + LockHandover.MAX_HOLD_NS - 1));
        assertTrue(lockHandover.isDue(NOW + LockHandover.MAX_HOLD_NS));
    }

    @Test
    void whereTheLockIsContendedOneEventIsLoadAndPollsAreRepeated() {
        getLockBackAfter(5_000_000);
        lockHandover.polled(1);
        assertTrue(lockHandover.spinsFirst(NOW));
        assertEquals(LockHandover.SPIN_NS, lockHandover.spinNs());
        lockHandover.polled(0);
        assertFalse(lockHandover.spinsFirst(NOW));
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        getLockBackAfter(5_000_000);
        getLockBackAfter(1_000);
        lockHandover.polled(2);
        assertTrue(lockHandover.spinsFirst(NOW));
        assertEquals(0, lockHandover.spinNs());
    }

    private void getLockBackAfter(long nanos) {
        lockHandover.waitedForLock(NOW - nanos, NOW);
    }
}
