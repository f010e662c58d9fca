package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// When a loop looks for I/O with the lock held, before it waits without.
final class PatienceTest {
    private final Patience patience = new Patience();

    @Test
    void aLoopThatFoundNothingWaitsAtOnce() {
        assertFalse(patience.looks());
        patience.found(0);
        assertFalse(patience.looks());
    }

    @Test
    void aSingleEventIsNoLoad() {
        patience.found(1);
        assertFalse(patience.looks());
    }

    @Test
    void severalEventsAre() {
        patience.found(2);
        assertTrue(patience.looks());
        assertEquals(0, patience.lookNs());
        patience.found(0);
        assertFalse(patience.looks());
    }

    @Test
    void whereTheLockIsContendedEverySuccessCountsAndLooksAreRepeated() {
        patience.waitedForLock(5_000_000);
        patience.found(1);
        assertTrue(patience.looks());
        assertEquals(Patience.CONTENDED_NS, patience.lookNs());
        patience.found(0);
        assertFalse(patience.looks());
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        patience.waitedForLock(5_000_000);
        patience.waitedForLock(1_000);
        patience.found(2);
        assertTrue(patience.looks());
        assertEquals(0, patience.lookNs());
    }
}
