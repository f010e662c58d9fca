package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of [PollSchedule], and the bounds it states, on a clock that the test moves.
final class PollScheduleTest {
    private static final long BOUND = 50_000;
    private static final long NO_DEADLINE = Poller.FOREVER;

    private final PollSchedule attention = new PollSchedule(BOUND);
    private long now = 1_000_000_000;

    /// One iteration of a busy loop as the engine makes it; whether it read the clock.
    private boolean iterate(long durationNs, long firstDeadlineNs) {
        now += durationNs;
        if (!attention.due()) {
            return false;
        }
        if (attention.lookDue(now)) {
            attention.looked(now, 0);
        }
        attention.paid(now, firstDeadlineNs);
        return true;
    }

    private void settle() {
        for (int i = 0; i < 10_000; i++) {
            iterate(100, NO_DEADLINE);
        }
    }

    /// The most iterations in a row that do not read the clock, plus the one that does.
    private int longestInterval(int iterations, long durationNs, long deadlineInNs) {
        int longest = 0;
        int interval = 0;
        for (int i = 0; i < iterations; i++) {
            interval++;
            long deadline = deadlineInNs == NO_DEADLINE ? NO_DEADLINE : now + durationNs + deadlineInNs;
            if (iterate(durationNs, deadline)) {
                longest = Math.max(longest, interval);
                interval = 0;
            }
        }
        return Math.max(longest, interval);
    }

    private long longestTimeBetweenLooks(int iterations, LongSupplier durations) {
        long lastLook = now;
        long longest = 0;
        for (int i = 0; i < iterations; i++) {
            now += durations.getAsLong();
            if (attention.due()) {
                if (attention.lookDue(now)) {
                    longest = Math.max(longest, now - lastLook);
                    lastLook = now;
                    attention.looked(now, 0);
                }
                attention.paid(now, NO_DEADLINE);
            }
        }
        return Math.max(longest, now - lastLook);
    }

    private void assertLooksAreEager() {
        for (int look = 0; look < PollSchedule.EAGER_LOOKS; look++) {
            now++;
            assertTrue(attention.due(), "iteration " + look);
            assertTrue(attention.lookDue(now), "look " + look);
            attention.looked(now, 0);
            attention.paid(now, NO_DEADLINE);
        }
    }

    @Test
    void startsWithFullAttention() {
        assertTrue(attention.due());
        assertTrue(attention.lookDue(now));
    }

    @Test
    void theFirstLooksComeInEveryIteration() {
        assertLooksAreEager();
    }

    @Test
    void looksBecomeRareOnlyGraduallyAndUpToTheBound() {
        for (int look = 0; look < PollSchedule.EAGER_LOOKS; look++) {
            attention.looked(now, 0);
        }
        long previous = 0;
        for (int look = 0; look < 20; look++) {
            attention.looked(now, 0);
            long wait = 0;
            while (!attention.lookDue(now + wait)) {
                wait++;
            }
            assertTrue(wait >= previous && wait <= BOUND, "after " + wait + " ns");
            assertTrue(look == 0 ? wait < BOUND / 10 : wait <= previous * 2, "after " + wait + " ns");
            previous = wait;
            now += wait;
        }
        assertEquals(BOUND, previous);
    }

    @Test
    void anEventBringsTheFullAttentionBack() {
        settle();
        attention.looked(now, 1);
        assertLooksAreEager();
    }

    @Test
    void resetBringsTheFullAttentionBack() {
        settle();
        attention.reset();
        assertLooksAreEager();
    }

    @Test
    void shortIterationsReadTheClockInEverySixteenth() {
        settle();
        assertEquals(PollSchedule.MOST_ITERATIONS, longestInterval(10_000, 100, NO_DEADLINE));
    }

    @Test
    void longIterationsReadTheClockEveryTime() {
        settle();
        iterate(BOUND, NO_DEADLINE);
        for (int i = 0; i < PollSchedule.MOST_ITERATIONS; i++) {
            iterate(BOUND, NO_DEADLINE);
        }
        assertEquals(1, longestInterval(1_000, BOUND / 4, NO_DEADLINE));
    }

    @Test
    void aNearDeadlineMakesEveryIterationReadTheClock() {
        settle();
        longestInterval(PollSchedule.MOST_ITERATIONS, 100, BOUND / 2);
        assertEquals(1, longestInterval(1_000, 100, BOUND / 2));
    }

    @Test
    void aFarDeadlineDoesNot() {
        settle();
        assertEquals(PollSchedule.MOST_ITERATIONS, longestInterval(10_000, 100, BOUND * 100));
    }

    @Test
    void demandMakesTheNextIterationReadTheClock() {
        settle();
        for (int phase = 0; phase < 2 * PollSchedule.MOST_ITERATIONS; phase++) {
            iterate(100, NO_DEADLINE);
            attention.demand();
            assertTrue(attention.due(), "phase " + phase);
            attention.paid(now, NO_DEADLINE);
        }
    }

    @Test
    void demandDoesNotMakeALookDue() {
        settle();
        while (attention.lookDue(now)) {
            attention.looked(now, 0);
        }
        attention.demand();
        assertFalse(attention.lookDue(now));
    }

    @Test
    void aBoundOfZeroPaysInEveryIteration() {
        PollSchedule full = new PollSchedule(0);
        for (int i = 0; i < 1_000; i++) {
            now++;
            assertTrue(full.due(), "iteration " + i);
            assertTrue(full.lookDue(now), "iteration " + i);
            full.looked(now, 0);
            full.paid(now, NO_DEADLINE);
        }
    }

    /// A clock may show the same time twice: a coarse one does, and the bound is no reason to skip then.
    @Test
    void aBoundOfZeroPaysInEveryIterationEvenIfTheClockStands() {
        PollSchedule full = new PollSchedule(0);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(full.due(), "iteration " + i);
            assertTrue(full.lookDue(now), "iteration " + i);
            full.looked(now, 0);
            full.paid(now, NO_DEADLINE);
        }
    }

    /// A look comes in an iteration, so the bound is overrun by what lies between two that read the clock: a single
    /// one, or as many as fit into two margins, an eighth of the bound each.
    @ParameterizedTest
    @ValueSource(longs = {10, 100, 390, 391, 700, 1_000, 3_000, 6_250, 6_251, 10_000, 49_999, 50_000, 200_000})
    void looksStayWithinTheBoundWhileIterationsAreAlike(long durationNs) {
        longestTimeBetweenLooks(10_000, () -> durationNs);
        long longest = longestTimeBetweenLooks(50_000, () -> durationNs);
        assertTrue(longest <= BOUND + Math.max(durationNs, BOUND / 4), longest + " ns without a look");
    }

    @Test
    void suddenlyLongIterationsDelayALookByNoMoreThanSixteenOfThem() {
        settle();
        Random random = new Random(20_260_704);
        long slow = 1_000_000;
        long longest = longestTimeBetweenLooks(200_000, () -> random.nextInt(100) == 0 ? slow : 100);
        assertTrue(longest <= BOUND + BOUND / 4 + PollSchedule.MOST_ITERATIONS * slow, longest + " ns without a look");
    }

    @Test
    void aTimerIsNoticedInTimeWhileIterationsAreAlike() {
        settle();
        long deadline = now + 10 * BOUND;
        attention.demand();
        long noticed = Long.MAX_VALUE;
        while (noticed == Long.MAX_VALUE) {
            if (iterate(100, deadline) && now >= deadline) {
                noticed = now;
            }
        }
        assertTrue(noticed - deadline <= 100, noticed - deadline + " ns late");
    }
}
