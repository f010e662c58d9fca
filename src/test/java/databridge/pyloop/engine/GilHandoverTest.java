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
        assertFalse(gilHandover.spinsFirst());
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst());
    }

    @Test
    void aSingleEventIsNoLoad() {
        getLockBackAfter(0);
        gilHandover.polled(1);
        assertFalse(gilHandover.spinsFirst());
    }

    @Test
    void severalEventsAreLoad() {
        getLockBackAfter(0);
        gilHandover.polled(2);
        assertTrue(gilHandover.spinsFirst());
        assertEquals(0, gilHandover.spinNs());
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst());
    }

    @Test
    void whereTheLockIsContendedOneEventIsLoadAndPollsAreRepeated() {
        getLockBackAfter(5_000_000);
        gilHandover.polled(1);
        assertTrue(gilHandover.spinsFirst());
        assertEquals(GilHandover.SPIN_NS, gilHandover.spinNs());
        gilHandover.polled(0);
        assertFalse(gilHandover.spinsFirst());
    }

    @Test
    void contentionEndsWhenTheLockComesBackAtOnce() {
        getLockBackAfter(5_000_000);
        getLockBackAfter(1_000);
        gilHandover.polled(2);
        assertTrue(gilHandover.spinsFirst());
        assertEquals(0, gilHandover.spinNs());
    }

    @Test
    void theLockIsOfferedBeforeASwitchIntervalIsOver() {
        getLockBackAfter(0);
        assertFalse(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS - 1));
        assertTrue(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS));
    }

    @Test
    void aLockThatIsContendedIsOfferedLessOften() {
        getLockBackAfter(5_000_000);
        assertFalse(gilHandover.offerIsDue(NOW + GilHandover.CONTENDED_OFFER_NS - 1));
        assertTrue(gilHandover.offerIsDue(NOW + GilHandover.CONTENDED_OFFER_NS));
    }

    @Test
    void anOfferThatLosesTheLockShowsContention() {
        getLockBackAfter(0);
        gilHandover.offered(NOW, NOW + 5_000_000, true);
        assertEquals(GilHandover.SPIN_NS, gilHandover.spinNs());
        assertFalse(gilHandover.offerIsDue(NOW + 5_000_000 + GilHandover.CONTENDED_OFFER_NS - 1));
    }

    /// CPython hands the lock to a thread that was too slow for each offer.
    @Test
    void afterManyOffersTheLockIsKeptForASwitchIntervalOnce() {
        getLockBackAfter(0);
        long now = NOW;
        for (int i = 0; i < GilHandover.MOST_OFFERS; i++) {
            now += GilHandover.OFFER_NS;
            assertTrue(gilHandover.offerIsDue(now));
            gilHandover.offered(now, now, true);
        }
        assertFalse(gilHandover.offerIsDue(now + GilHandover.FORCED_OFFER_NS - 1));
        now += GilHandover.FORCED_OFFER_NS;
        assertTrue(gilHandover.offerIsDue(now));
        gilHandover.offered(now, now, true);
        assertTrue(gilHandover.offerIsDue(now + GilHandover.OFFER_NS));
    }

    @Test
    void offersForWhichNoThreadWaitsDoNotCount() {
        getLockBackAfter(0);
        for (int i = 0; i <= GilHandover.MOST_OFFERS; i++) {
            gilHandover.offered(NOW, NOW, false);
        }
        assertTrue(gilHandover.offerIsDue(NOW + GilHandover.OFFER_NS));
    }

    private void getLockBackAfter(long nanos) {
        gilHandover.waitedForLock(NOW - nanos, NOW);
    }
}
