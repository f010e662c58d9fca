package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// When a loop looks for I/O with the lock held, before it waits without.
final class PatienceTest {
    private static final long NOW = 1_000_000_000;

    private final Patience patience = new Patience();

    @Test
    void aLoopThatFoundNothingWaitsAtOnce() {
        getLockBackAfter(0);
        assertFalse(patience.looks(NOW));
        patience.found(0);
        assertFalse(patience.looks(NOW));
    }

    @Test
    void aSingleEventIsNoLoad() {
        getLockBackAfter(0);
        patience.found(1);
        assertFalse(patience.looks(NOW));
    }

    @Test
    void severalEventsAre() {
        getLockBackAfter(0);
        patience.found(2);
        assertTrue(patience.looks(NOW));
        assertEquals(0, patience.lookNs());
        patience.found(0);
        assertFalse(patience.looks(NOW));
    }

    @Test
    void theLockIsGivenUpNowAndThenHoweverMuchIsFound() {
        patience.found(100);
        assertFalse(patience.looks(NOW));
        getLockBackAfter(0);
        assertTrue(patience.looks(NOW + Patience.MOST_KEPT_NS - 1));
        assertFalse(patience.looks(NOW + Patience.MOST_KEPT_NS));
        assertFalse(patience.isOver(NOW + Patience.MOST_KEPT_NS - 1));
        assertTrue(patience.isOver(NOW + Patience.MOST_KEPT_NS));
    }

    @Test
    void whereTheLockIsContendedEverySuccessCountsAndLooksAreRepeated() {
        getLockBackAfter(5_000_000);
        patience.found(1);
        assertTrue(patience.looks(NOW));
        assertEquals(Patience.CONTENDED_NS, patience.lookNs());
        patience.found(0);
        assertFalse(patience.looks(NOW));
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        getLockBackAfter(5_000_000);
        getLockBackAfter(1_000);
        patience.found(2);
        assertTrue(patience.looks(NOW));
        assertEquals(0, patience.lookNs());
    }

    private void getLockBackAfter(long nanos) {
        patience.waitedForLock(NOW - nanos, NOW);
    }
}
