package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;

/// A loop that always has a callback ready looks for I/O and reads the clock rarely, but often enough.
final class BusyLoopTest {
    private static final long BOUND = 50_000;
    private static final long DURATION = 100;
    /// See [PollScheduleTest]: between two iterations that read the clock a quarter of the bound may pass.
    private static final long LATEST = BOUND + BOUND / 4 + DURATION;

    private final LoopFixture loop = new LoopFixture(BOUND);
    private int iterations;

    /// Keeps the loop busy with callback 1 and runs it for so many iterations.
    private void run(int count, Runnable inEachIteration) {
        iterations = 0;
        loop.whenRun(1, () -> {
            loop.clock.now += DURATION;
            iterations++;
            inEachIteration.run();
            loop.host.stop = iterations == count;
            loop.soon(1);
        });
        loop.soon(1);
        loop.core.run();
        loop.host.stop = false;
        loop.trace.removeIf(entry -> entry.equals("run 1"));
    }

    @Test
    void looksRarelyWhenNothingHappens() {
        run(50_000, () -> {});
        int looks = Collections.frequency(loop.trace, "await 0");
        assertTrue(looks >= 50_000 * DURATION / LATEST, looks + " looks");
        assertTrue(looks < 50_000 / 100, looks + " looks");
        assertTrue(loop.clock.readings < 50_000 / 4, loop.clock.readings + " readings of the clock");
    }

    @Test
    void anEventIsFoundWithinTheBound() {
        for (int phase = 10_000; phase < 11_500; phase += 37) {
            int arrival = phase;
            long[] times = new long[2];
            run(20_000, () -> {
                if (iterations == arrival) {
                    times[0] = loop.clock.now;
                    loop.poller.planEvents(() -> times[1] = loop.clock.now);
                }
            });
            long waited = times[1] - times[0];
            assertTrue(times[1] != 0 && waited <= LATEST, waited + " ns");
            loop.core.clear();
        }
    }

    @Test
    void aNewInterestMakesTheNextIterationLook() {
        int[] looks = new int[2];
        run(20_000, () -> {
            if (iterations == 15_000) {
                loop.core.interestChanged();
                looks[0] = Collections.frequency(loop.trace, "await 0");
            } else if (iterations == 15_001) {
                looks[1] = Collections.frequency(loop.trace, "await 0");
            }
        });
        assertEquals(looks[0] + 1, looks[1]);
    }

    @Test
    void aNewTimerThatIsDueRunsInTheNextIteration() {
        long[] ran = new long[1];
        loop.whenRun(2, () -> ran[0] = iterations);
        for (int phase = 10_000; phase < 10_040; phase++) {
            int scheduled = phase;
            run(20_000, () -> {
                if (iterations == scheduled) {
                    loop.after(0, 2);
                }
            });
            // It comes after callback 1 of that iteration.
            assertEquals(scheduled + 1, ran[0]);
            loop.core.clear();
        }
    }

    @Test
    void timersAreNoticedInTheIterationTheyFallDue() {
        long[] late = new long[1];
        for (long delay : new long[] {1, DURATION, 7 * DURATION, BOUND / 2, BOUND, 3 * BOUND, 20 * BOUND}) {
            run(30_000, () -> {
                if (iterations == 10_000) {
                    long deadline = loop.clock.now + delay;
                    loop.whenRun(2, () -> late[0] = loop.clock.now - deadline);
                    late[0] = Long.MIN_VALUE;
                    loop.after(delay, 2);
                }
            });
            assertTrue(late[0] >= 0, "early by " + -late[0] + " ns");
            assertTrue(late[0] <= 2 * DURATION, "late by " + late[0] + " ns");
            loop.core.clear();
        }
    }

    @Test
    void stillChecksInterrupts() {
        run(50_000, () -> {});
        assertTrue(Collections.frequency(loop.trace, "interrupts") >= 50_000 / PollSchedule.MOST_ITERATIONS);
    }
}
