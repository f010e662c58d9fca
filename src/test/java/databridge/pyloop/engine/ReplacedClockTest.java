package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/// If deadlines are measured by another clock than the monotonic one, that clock decides which timers are
/// due. It is read only with the lock.
final class ReplacedClockTest {
    private static final long BOUND = 50_000;

    /// A clock over the monotonic one, which stands still unless a test moves it.
    private static final class OtherClock implements Clock {
        final FakeClock monotonic;
        LongUnaryOperator reading = monotonicNs -> 0;

        OtherClock(FakeClock monotonic) {
            this.monotonic = monotonic;
        }

        @Override
        public long nanos() {
            return monotonic.nanos();
        }

        @Override
        public boolean isReplaced() {
            return true;
        }

        @Override
        public long deadlineNanos(long monotonicNs) {
            return reading.applyAsLong(monotonicNs);
        }
    }

    private final List<String> trace = new ArrayList<>();
    private final FakeClock monotonic = new FakeClock();
    private final FakePoller poller = new FakePoller(trace, monotonic);
    private final FakeSection section = new FakeSection(trace);
    private final FakeHost host = new FakeHost(trace);
    private final OtherClock clock = new OtherClock(monotonic);
    private final EventLoop core = new EventLoop(host, poller, section, clock, BOUND);

    @Test
    void waitsUntilTheOtherClockIsThere() {
        clock.reading = monotonicNs -> monotonicNs / 2; // half as fast, so that each wait is too short
        core.callAt(monotonic.now / 2 + 1_000, 1);
        host.whenRun.put(1L, () -> host.stop = true);
        core.run();
        assertEquals(List.of(1L), host.ran);
        assertTrue(monotonic.now / 2 >= 500_000 + 1_000);
    }

    @Test
    void isReadOnlyWithTheLock() {
        clock.reading = monotonicNs -> {
            assertFalse(section.inside, "the clock was read without the lock");
            return monotonicNs;
        };
        core.callAt(monotonic.now + 1_000, 1);
        core.runOnce();
        assertEquals(List.of(1L), host.ran);
    }

    @Test
    void whatTheClockSchedulesIsNotWaitedPast() {
        clock.reading = monotonicNs -> {
            if (host.ran.isEmpty() && core.scheduled().readyCount() == 0) {
                core.callSoon(1);
            }
            return 0;
        };
        core.runOnce();
        assertEquals(List.of(1L), host.ran);
        assertFalse(trace.contains("await forever"));
    }

    @Test
    void aDeadlineBeyondAllTimeIsWaitedForWithoutLimit() {
        clock.reading = monotonicNs -> Long.MIN_VALUE;
        core.callAt(Long.MAX_VALUE - 1, 1);
        poller.planEvents(() -> core.callSoon(2));
        core.runOnce();
        assertTrue(trace.contains("await forever"));
        assertEquals(List.of(2L), host.ran);
    }

    @Test
    void aBusyLoopReadsItInEveryIteration() {
        core.callAt(100, 1);
        for (long callback = 10; callback < 1_000; callback++) {
            long now = callback;
            clock.reading = monotonicNs -> now - 1_000;
            core.callSoon(callback);
            host.stop = true;
            core.run();
        }
        assertFalse(host.ran.contains(1L));
        clock.reading = monotonicNs -> 100;
        core.callSoon(2);
        core.run();
        assertTrue(host.ran.contains(1L));
    }

    @Test
    void whatTheClockThrowsEndsTheRunAndLosesNothing() {
        core.callAt(100, 1);
        clock.reading = monotonicNs -> {
            throw new IllegalStateException("no time");
        };
        assertThrows(IllegalStateException.class, core::runOnce);
        clock.reading = monotonicNs -> 100;
        core.runOnce();
        assertEquals(List.of(1L), host.ran);
    }
}
