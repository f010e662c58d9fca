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

    private final PollSchedule schedule = new PollSchedule(BOUND);
    private long now = 1_000_000_000;

    /// One iteration of a busy loop as the engine makes it; whether it read the clock.
    private boolean iterate(long durationNs, long firstDeadlineNs) {
        now += durationNs;
        if (!schedule.clockDue()) {
            return false;
        }
        if (schedule.pollDue(now)) {
            schedule.polled(now, 0);
        }
        schedule.clockRead(now, firstDeadlineNs);
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

    private long longestTimeBetweenPolls(int iterations, LongSupplier durations) {
        long lastPoll = now;
        long longest = 0;
        for (int i = 0; i < iterations; i++) {
            now += durations.getAsLong();
            if (schedule.clockDue()) {
                if (schedule.pollDue(now)) {
                    longest = Math.max(longest, now - lastPoll);
                    lastPoll = now;
                    schedule.polled(now, 0);
                }
                schedule.clockRead(now, NO_DEADLINE);
            }
        }
        return Math.max(longest, now - lastPoll);
    }

    private void assertPollsAreFrequent() {
        for (int poll = 0; poll < PollSchedule.EAGER_POLLS; poll++) {
            now++;
            assertTrue(schedule.clockDue(), "iteration " + poll);
            assertTrue(schedule.pollDue(now), "poll " + poll);
            schedule.polled(now, 0);
            schedule.clockRead(now, NO_DEADLINE);
        }
    }

    @Test
    void startsByReadingTheClockAndPolling() {
        assertTrue(schedule.clockDue());
        assertTrue(schedule.pollDue(now));
    }

    @Test
    void theFirstPollsComeInEveryIteration() {
        assertPollsAreFrequent();
    }

    @Test
    void pollsBecomeRareOnlyGraduallyAndUpToTheBound() {
        for (int poll = 0; poll < PollSchedule.EAGER_POLLS; poll++) {
            schedule.polled(now, 0);
        }
        long previous = 0;
        for (int poll = 0; poll < 20; poll++) {
            schedule.polled(now, 0);
            long wait = 0;
            while (!schedule.pollDue(now + wait)) {
                wait++;
            }
            assertTrue(wait >= previous && wait <= BOUND, "after " + wait + " ns");
            assertTrue(poll == 0 ? wait < BOUND / 10 : wait <= previous * 2, "after " + wait + " ns");
            previous = wait;
            now += wait;
        }
        assertEquals(BOUND, previous);
    }

    @Test
    void afterAnEventPollsAreFrequentAgain() {
        settle();
        schedule.polled(now, 1);
        assertPollsAreFrequent();
    }

    @Test
    void afterAResetPollsAreFrequentAgain() {
        settle();
        schedule.reset();
        assertPollsAreFrequent();
    }

    @Test
    void shortIterationsReadTheClockInEverySixteenth() {
        settle();
        assertEquals(PollSchedule.MAX_CLOCK_INTERVAL, longestInterval(10_000, 100, NO_DEADLINE));
    }

    @Test
    void longIterationsReadTheClockEveryTime() {
        settle();
        iterate(BOUND, NO_DEADLINE);
        for (int i = 0; i < PollSchedule.MAX_CLOCK_INTERVAL; i++) {
            iterate(BOUND, NO_DEADLINE);
        }
        assertEquals(1, longestInterval(1_000, BOUND / 4, NO_DEADLINE));
    }

    @Test
    void aNearDeadlineMakesEveryIterationReadTheClock() {
        settle();
        longestInterval(PollSchedule.MAX_CLOCK_INTERVAL, 100, BOUND / 2);
        assertEquals(1, longestInterval(1_000, 100, BOUND / 2));
    }

    @Test
    void aFarDeadlineDoesNot() {
        settle();
        assertEquals(PollSchedule.MAX_CLOCK_INTERVAL, longestInterval(10_000, 100, BOUND * 100));
    }

    @Test
    void aNewTimerMakesTheNextIterationReadTheClock() {
        settle();
        for (int phase = 0; phase < 2 * PollSchedule.MAX_CLOCK_INTERVAL; phase++) {
            iterate(100, NO_DEADLINE);
            schedule.timerAdded();
            assertTrue(schedule.clockDue(), "phase " + phase);
            schedule.clockRead(now, NO_DEADLINE);
        }
    }

    @Test
    void aNewTimerDoesNotMakeAPollDue() {
        settle();
        while (schedule.pollDue(now)) {
            schedule.polled(now, 0);
        }
        schedule.timerAdded();
        assertFalse(schedule.pollDue(now));
    }

    @Test
    void aBoundOfZeroPollsInEveryIteration() {
        PollSchedule full = new PollSchedule(0);
        for (int i = 0; i < 1_000; i++) {
            now++;
            assertTrue(full.clockDue(), "iteration " + i);
            assertTrue(full.pollDue(now), "iteration " + i);
            full.polled(now, 0);
            full.clockRead(now, NO_DEADLINE);
        }
    }

    /// A clock may show the same time twice: a coarse one does, and the bound is no reason to skip then.
    @Test
    void aBoundOfZeroPollsInEveryIterationEvenIfTheClockStands() {
        PollSchedule full = new PollSchedule(0);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(full.clockDue(), "iteration " + i);
            assertTrue(full.pollDue(now), "iteration " + i);
            full.polled(now, 0);
            full.clockRead(now, NO_DEADLINE);
        }
    }

    /// A poll comes in an iteration, so the bound is overrun by what lies between two that read the clock: a single
    /// one, or as many as fit into two margins, an eighth of the bound each.
    @ParameterizedTest
    @ValueSource(longs = {10, 100, 390, 391, 700, 1_000, 3_000, 6_250, 6_251, 10_000, 49_999, 50_000, 200_000})
    void pollsStayWithinTheBoundWhileIterationsAreAlike(long durationNs) {
        longestTimeBetweenPolls(10_000, () -> durationNs);
        long longest = longestTimeBetweenPolls(50_000, () -> durationNs);
        assertTrue(longest <= BOUND + Math.max(durationNs, BOUND / 4), longest + " ns without a poll");
    }

    @Test
    void suddenlyLongIterationsDelayAPollByNoMoreThanSixteenOfThem() {
        settle();
        Random random = new Random(20_260_704);
        long slow = 1_000_000;
        long longest = longestTimeBetweenPolls(200_000, () -> random.nextInt(100) == 0 ? slow : 100);
        assertTrue(
                longest <= BOUND + BOUND / 4 + PollSchedule.MAX_CLOCK_INTERVAL * slow, longest + " ns without a poll");
    }

    @Test
    void aTimerIsNoticedInTimeWhileIterationsAreAlike() {
        settle();
        long deadline = now + 10 * BOUND;
        schedule.timerAdded();
        long noticed = Long.MAX_VALUE;
        while (noticed == Long.MAX_VALUE) {
            if (iterate(100, deadline) && now >= deadline) {
                noticed = now;
            }
        }
        assertTrue(noticed - deadline <= 100, noticed - deadline + " ns late");
    }
}
