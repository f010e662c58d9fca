package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A loop counts what it does.
final class LoopStatisticsTest {
    private final LoopFixture loop = new LoopFixture();

    /// The counters that are not 0.
    private Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        loop.core.showCounters(counters::put);
        counters.values().removeIf(value -> value == 0);
        return counters;
    }

    @Test
    void aNewLoopHasDoneNothing() {
        assertEquals(Map.of(), counters());
    }

    @Test
    void anIterationWithCallbacksPollsAndDoesNotWait() {
        loop.soon(1, 2, 3);
        loop.cancel(2);
        loop.core.runOnce();
        assertEquals(Map.of("iterations", 1L, "polls", 1L, "callbacks", 3L), counters());
    }

    @Test
    void whatIsScheduledIsShownUntilItRuns() {
        loop.soon(1);
        loop.after(300, 2);
        loop.after(400, 3);
        loop.cancel(3);
        assertEquals(Map.of("ready", 1L, "scheduled", 1L), counters());
    }

    @Test
    void aTimerIsWaitedForAndRuns() {
        loop.after(300, 1);
        loop.core.runOnce();
        assertEquals(
                Map.of("iterations", 1L, "waits", 1L, "waited_ns", 300L, "timers", 1L, "callbacks", 1L), counters());
    }

    @Test
    void aCancelledTimerDoesNotCount() {
        loop.after(300, 1);
        loop.after(500, 2);
        loop.cancel(1);
        loop.core.runOnce();
        assertEquals(1, counters().get("timers"));
    }

    @Test
    void eventsCountWhetherALookOrAWaitFindsThem() {
        loop.poller.planEvents(() -> loop.soon(1), () -> loop.soon(2));
        loop.core.runOnce();
        assertEquals(2, counters().get("events"));
        loop.soon(3);
        loop.poller.planEvents(() -> loop.soon(4));
        loop.core.runOnce();
        assertEquals(3, counters().get("events"));
        assertEquals(1, counters().get("polls"));
        assertEquals(1, counters().get("waits"));
    }

    @Test
    void theTimeUntilTheLockIsBackCountsByItself() {
        loop.after(300, 1);
        loop.section.whenLeft = () -> loop.clock.now += 70;
        loop.core.runOnce();
        assertEquals(300, counters().get("waited_ns"));
        assertEquals(70, counters().get("lock_waited_ns"));
    }

    @Test
    void anOfferOfTheLockCountsIfAThreadHasWaitedForIt() {
        loop.section.whenLeft = () -> loop.clock.now += 70;
        assertNull(lockWaitedAfterAnOffer());
        loop.section.othersWait = true;
        assertEquals(70, lockWaitedAfterAnOffer());
    }

    private @Nullable Long lockWaitedAfterAnOffer() {
        loop.whenRun(1, () -> {
            loop.clock.now += GilHandover.OFFER_NS;
            loop.soon(2);
        });
        loop.whenRun(2, () -> loop.host.stop = true);
        loop.soon(1);
        loop.core.run();
        loop.host.stop = false;
        return counters().get("lock_waited_ns");
    }

    @Test
    void aWaitThatAnotherThreadHasEndedCountsOnce() {
        loop.poller.planned.add(timeoutNs -> {
            loop.soon(1);
            loop.core.wakeup().wakeUp();
            loop.core.wakeup().wakeUp();
            return List.of();
        });
        loop.core.runOnce();
        assertEquals(1, counters().get("wakeups"));
    }

    @Test
    void callbacksThatHaveNotHadTheirTurnDoNotCount() {
        loop.soon(1, 2, 3);
        loop.whenRun(2, () -> {
            throw new IllegalStateException("leaves the loop");
        });
        assertThrows(IllegalStateException.class, loop.core::runOnce);
        assertEquals(2, counters().get("callbacks"));
        loop.core.runOnce();
        assertEquals(3, counters().get("callbacks"));
    }
}
