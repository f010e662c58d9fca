package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// When a loop polls with the lock held before it waits without it.
final class GilHandoverTest {
    private static final long NOW = 1_000_000_000;

    private final GilHandover gilHandover = new GilHandover();

    @Test
    void aLoopWithoutEventsWaitsAtOnce() {
        getLockBackAfter(0);
        assertFalse(gilHandover.spinsFirst(NOW));
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst(NOW));
    }

    @Test
    void aSingleEventIsNoLoad() {
        getLockBackAfter(0);
        gilHandover.polled(1);
        assertFalse(gilHandover.spinsFirst(NOW));
    }

    @Test
    void severalEventsAreLoad() {
        getLockBackAfter(0);
        gilHandover.polled(2);
        assertTrue(gilHandover.spinsFirst(NOW));
        assertEquals(0, gilHandover.spinNs());
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst(NOW));
    }

    @Test
    void theLockIsHandedOverNowAndThenHoweverManyEventsThereAre() {
        gilHandover.polled(100);
        assertFalse(gilHandover.spinsFirst(NOW));
        getLockBackAfter(0);
        assertTrue(gilHandover.spinsFirst(NOW + GilHandover.MAX_HOLD_NS - 1));
        assertFalse(gilHandover.spinsFirst(NOW + GilHandover.MAX_HOLD_NS));
        assertFalse(gilHandover.isDue(NOW + GilHandover.MAX_HOLD_NS - 1));
        assertTrue(gilHandover.isDue(NOW + GilHandover.MAX_HOLD_NS));
    }

    @Test
    void whereTheLockIsContendedOneEventIsLoadAndPollsAreRepeated() {
        getLockBackAfter(5_000_000);
        gilHandover.polled(1);
        assertTrue(gilHandover.spinsFirst(NOW));
        assertEquals(GilHandover.SPIN_NS, gilHandover.spinNs());
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst(NOW));
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        getLockBackAfter(5_000_000);
        getLockBackAfter(1_000);
        gilHandover.polled(2);
        assertTrue(gilHandover.spinsFirst(NOW));
        assertEquals(0, gilHandover.spinNs());
    }

    @Test
    void theLockIsOfferedBeforeASwitchIntervalIsOver() {
        getLockBackAfter(0);
        assertFalse(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS - 1));
        assertTrue(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS));
    }

    @Test
    void aLockThatIsContendedIsNotOffered() {
        getLockBackAfter(5_000_000);
        assertFalse(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS));
    }

    @Test
    void anOfferThatLosesTheLockIsTheLast() {
        getLockBackAfter(0);
        gilHandover.offered(NOW, NOW + 5_000_000);
        assertFalse(gilHandover.offerIsDue(NOW + 5_000_000 + GilHandover.OFFER_NS));
    }

    /// A thread that was too slow for each offer gets the lock from CPython.
    @Test
    void afterManyOffersTheLockIsKeptForLonger() {
        getLockBackAfter(0);
        long now = NOW;
        for (int i = 0; i < GilHandover.MOST_OFFERS; i++) {
            now += GilHandover.OFFER_NS;
            assertTrue(gilHandover.offerIsDue(now));
            gilHandover.offered(now, now);
        }
        assertFalse(gilHandover.offerIsDue(now + GilHandover.OFFER_NS));
        assertTrue(gilHandover.isDue(now + GilHandover.MAX_HOLD_NS));
        gilHandover.waitedForLock(now, now);
        assertTrue(gilHandover.offerIsDue(now + GilHandover.OFFER_NS));
    }

    private void getLockBackAfter(long nanos) {
        gilHandover.waitedForLock(NOW - nanos, NOW);
    }
}
