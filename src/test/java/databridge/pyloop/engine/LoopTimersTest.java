package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Timers run in order and never early; cancelled ones are discarded, in bulk once they are many.
final class LoopTimersTest {
    /// The purge threshold of [TimerQueue].
    private static final int FEW = 64;

    private final LoopFixture loop = new LoopFixture();

    @Test
    void runsByDeadlineAndTiesInSchedulingOrder() {
        loop.after(30, 1);
        loop.after(10, 2);
        loop.after(30, 3);
        loop.after(10, 4);
        loop.after(20, 5);
        loop.clock.now += 30;
        loop.core.runOnce();
        assertEquals(List.of(2L, 4L, 5L, 1L, 3L), loop.host.ran);
    }

    @Test
    void isDueAtItsVeryNanosecondAndNotBefore() {
        loop.after(10, 1);
        loop.clock.now += 9;
        loop.runStopped();
        assertEquals(List.of(), loop.host.ran);
        loop.clock.now += 1;
        loop.runStopped();
        assertEquals(List.of(1L), loop.host.ran);
    }

    @Test
    void aWaitThatReturnsEarlyDoesNotMakeATimerRunEarly() {
        long deadline = loop.clock.now + 1_000;
        loop.after(1_000, 1);
        for (int i = 0; i < 3; i++) {
            loop.poller.planned.add(timeoutNs -> {
                loop.clock.now += timeoutNs / 2;
                return List.of();
            });
        }
        loop.whenRun(1, () -> {
            assertTrue(loop.clock.now >= deadline);
            loop.host.stop = true;
        });
        loop.core.run();
        assertEquals(List.of(1L), loop.host.ran);
    }

    @Test
    void randomTimersRunInOrderAndNeverEarly() {
        record Timer(long deadline, long callback) {}
        Random random = new Random(20_260_705);
        List<Timer> expected = new ArrayList<>();
        for (long callback = 0; callback < 3_000; callback++) {
            long delay = random.nextInt(5_000);
            Timer timer = new Timer(loop.clock.now + delay, callback);
            expected.add(timer);
            loop.after(delay, callback);
            loop.whenRun(callback, () -> {
                assertTrue(loop.clock.now >= timer.deadline, "callback " + timer.callback + " is early");
                loop.clock.now += random.nextInt(3);
                loop.host.stop = loop.host.ran.size() == expected.size();
            });
        }
        loop.core.run();
        expected.sort(Comparator.comparingLong(Timer::deadline).thenComparingLong(Timer::callback));
        assertEquals(expected.stream().map(Timer::callback).toList(), loop.host.ran);
    }

    @Test
    void aDeadlineInThePastIsDueAtOnce() {
        loop.after(-500, 1);
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "due 1", "run 1"), loop.takeTrace());
    }

    /// `call_at(-inf)` asks for it, and asyncio runs that at once.
    @Test
    void aDeadlineBeforeAllTimeIsDueAtOnce() {
        loop.host.inHeap.add(1L);
        loop.core.callAt(Long.MIN_VALUE, 1);
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "due 1", "run 1"), loop.takeTrace());
    }

    @Test
    void aCancelledTimerIsDiscardedAtItsTurn() {
        loop.soon(9);
        loop.after(0, 1);
        loop.after(0, 2);
        loop.cancel(1);
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "discard 1", "due 2", "run 9", "run 2"), loop.takeTrace());
    }

    @Test
    void aTimerCancelledWhenItIsDueAlreadyIsDiscardedInTheBatch() {
        loop.soon(9);
        loop.after(0, 1);
        loop.whenRun(9, () -> loop.cancel(1));
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "due 1", "run 9", "discard 1"), loop.takeTrace());
    }

    @Test
    void aCancelledTimerDoesNotWakeTheLoop() {
        loop.after(10, 1);
        loop.after(20, 2);
        loop.after(500, 3);
        loop.cancel(1);
        loop.cancel(2);
        loop.core.runOnce();
        assertEquals(
                List.of("discard 1", "discard 2", "enter", "await 500", "leave", "interrupts", "due 3", "run 3"),
                loop.takeTrace());
    }

    @Test
    void fewCancelledTimersStayInTheHeap() {
        LongStream.range(0, FEW).forEach(callback -> loop.after(1_000, callback));
        LongStream.range(0, FEW).forEach(loop::cancel);
        assertEquals(FEW, loop.core.scheduled().timerCount());
        assertEquals(List.of(), loop.host.discarded);
    }

    @Test
    void manyCancelledTimersStayWhileTheyAreTheSmallerPart() {
        LongStream.range(0, 1_000).forEach(callback -> loop.after(1_000, callback));
        LongStream.range(0, 500).forEach(loop::cancel);
        assertEquals(1_000, loop.core.scheduled().timerCount());
        loop.cancel(500);
        assertEquals(499, loop.core.scheduled().timerCount());
        assertEquals(501, loop.host.discarded.size());
    }

    @Test
    void aPurgeDiscardsExactlyTheCancelledOnesAndKeepsTheOrder() {
        LongStream.range(0, 200).forEach(callback -> loop.after(1_000 - callback % 7, callback));
        LongStream.range(0, 200).filter(callback -> callback % 3 > 0).forEach(loop::cancel);
        assertTrue(loop.core.scheduled().timerCount() < 200);
        loop.clock.now += 1_000;
        loop.core.runOnce();
        List<Long> expected = LongStream.range(0, 200)
                .filter(callback -> callback % 3 == 0)
                .boxed()
                .sorted(Comparator.<Long>comparingLong(callback -> -(callback % 7))
                        .thenComparingLong(callback -> callback))
                .toList();
        assertEquals(expected, loop.host.ran);
        assertEquals(
                LongStream.range(0, 200)
                        .filter(callback -> callback % 3 > 0)
                        .boxed()
                        .toList(),
                loop.host.discarded.stream().sorted().toList());
    }

    @Test
    void theCountOfCancelledTimersStartsAnewAfterAPurge() {
        LongStream.range(0, FEW + 1).forEach(callback -> loop.after(1_000, callback));
        LongStream.range(0, FEW + 1).forEach(loop::cancel);
        assertEquals(0, loop.core.scheduled().timerCount());
        LongStream.range(100, 100 + FEW).forEach(callback -> loop.after(1_000, callback));
        LongStream.range(100, 100 + FEW).forEach(loop::cancel);
        assertEquals(FEW, loop.core.scheduled().timerCount());
    }

    @Test
    void cancelledTimersThatCameToTheirTurnAreNotCountedAnyMore() {
        LongStream.range(0, FEW).forEach(callback -> loop.after(10, callback));
        LongStream.range(0, FEW).forEach(loop::cancel);
        loop.clock.now += 10;
        loop.runStopped();
        assertEquals(FEW, loop.host.discarded.size());
        LongStream.range(100, 100 + FEW).forEach(callback -> loop.after(10, callback));
        LongStream.range(100, 100 + FEW).forEach(loop::cancel);
        assertEquals(FEW, loop.core.scheduled().timerCount());
    }

    @Test
    void aDiscardInsideAPurgeMayCancelAndSchedule() {
        LongStream.range(0, 200).forEach(callback -> loop.after(1_000, callback));
        loop.host.whenDiscarded.put(50L, () -> {
            LongStream.range(101, 200).forEach(loop::cancel);
            loop.after(1_000, 300);
            loop.soon(301);
        });
        LongStream.range(0, 101).forEach(loop::cancel);
        loop.clock.now += 1_000;
        loop.core.runOnce();
        assertEquals(List.of(301L, 300L), loop.host.ran);
        assertEquals(
                LongStream.range(0, 200).boxed().toList(),
                loop.host.discarded.stream().sorted().toList());
        assertEquals(0, loop.core.scheduled().timerCount());
    }
}
