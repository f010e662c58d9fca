package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loop blocks only when nothing is ready, no longer than the next deadline, and can be woken.
final class BlockingTest {
    private final LoopFixture loop = new LoopFixture();

    private int count(String entry) {
        return Collections.frequency(loop.trace, entry);
    }

    @Test
    void doesNotBlockWhileACallbackIsReady() {
        loop.soon(1);
        loop.after(1_000, 2);
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "run 1"), loop.takeTrace());
    }

    @Test
    void doesNotBlockForATimerThatIsDue() {
        loop.after(0, 1);
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "due 1", "run 1"), loop.takeTrace());
    }

    @Test
    void blocksUntilTheNextDeadlineWithTheLockGivenUp() {
        loop.after(700, 2);
        loop.after(300, 1);
        loop.core.runOnce();
        assertEquals(List.of("enter", "await 300", "leave", "interrupts", "due 1", "run 1"), loop.takeTrace());
        loop.core.runOnce();
        assertEquals(List.of("enter", "await 400", "leave", "interrupts", "due 2", "run 2"), loop.takeTrace());
    }

    @Test
    void blocksWithoutLimitWhenThereIsNoTimer() {
        loop.poller.planEvents(() -> loop.soon(1));
        loop.core.runOnce();
        assertEquals(List.of("enter", "await forever", "leave", "event", "interrupts", "run 1"), loop.takeTrace());
    }

    @Test
    void theLockIsHeldAgainWhenEventsAreDelivered() {
        loop.poller.planned.add(timeoutNs -> {
            assertTrue(loop.section.inside);
            return List.of(() -> assertFalse(loop.section.inside));
        });
        loop.core.runOnce();
        assertEquals(1, count("event"));
    }

    @Test
    void theLockIsTakenAgainWhenThePollerThrows() {
        loop.poller.planned.add(timeoutNs -> {
            throw new IllegalStateException("the poller failed");
        });
        assertThrows(IllegalStateException.class, loop.core::run);
        assertFalse(loop.section.inside);
        assertEquals(List.of("enter", "await forever", "leave"), loop.takeTrace());
        loop.core.wakeup().wakeUp();
        assertEquals(List.of(), loop.takeTrace());
    }

    @Test
    void aCallbackScheduledByAnotherThreadDuringTheWaitRuns() {
        loop.poller.planned.add(timeoutNs -> {
            loop.soon(1);
            loop.core.wakeup().wakeUp();
            return List.of();
        });
        loop.core.runOnce();
        assertEquals(List.of("enter", "await forever", "wakeUp", "leave", "interrupts", "run 1"), loop.takeTrace());
    }

    @Test
    void wakeUpCostsNothingUnlessTheLoopIsBlocked() {
        loop.core.wakeup().wakeUp();
        loop.soon(1);
        loop.whenRun(1, loop.core.wakeup()::wakeUp);
        loop.core.runOnce();
        loop.core.wakeup().wakeUp();
        assertEquals(0, count("wakeUp"));
    }

    @Test
    void wakeUpDoesNothingDuringALookThatDoesNotBlock() {
        loop.soon(1);
        loop.poller.planned.add(timeoutNs -> {
            loop.core.wakeup().wakeUp();
            return List.of();
        });
        loop.core.runOnce();
        assertEquals(0, count("wakeUp"));
    }

    @Test
    void wakeUpWritesOncePerWait() {
        for (int i = 0; i < 2; i++) {
            loop.poller.planned.add(timeoutNs -> {
                loop.core.wakeup().wakeUp();
                loop.core.wakeup().wakeUp();
                return List.of();
            });
        }
        loop.core.runOnce();
        assertEquals(1, count("wakeUp"));
        loop.core.runOnce();
        assertEquals(2, count("wakeUp"));
    }

    /// Discarding releases what a callback owns, and that may run any code of the user.
    @Test
    void doesNotBlockWhenDiscardingACancelledTimerSchedulesACallback() {
        loop.after(10, 1);
        loop.after(5_000, 2);
        loop.cancel(1);
        loop.host.whenDiscarded.put(1L, () -> loop.soon(3));
        loop.core.runOnce();
        assertEquals(List.of("discard 1", "await 0", "interrupts", "run 3"), loop.takeTrace());
    }

    /// That code may also let another thread have the lock: its wakeup comes before the loop counts as blocked.
    @Test
    void noWakeUpIsLostWhileACancelledTimerIsDiscarded() {
        loop.after(10, 1);
        loop.cancel(1);
        loop.host.whenDiscarded.put(1L, () -> {
            loop.soon(3);
            loop.core.wakeup().wakeUp();
        });
        loop.core.runOnce();
        assertEquals(List.of(3L), loop.host.ran);
    }

    @Test
    void anInterruptHandlerMayScheduleWhatRunsInTheSameIteration() {
        loop.poller.planned.add(timeoutNs -> List.of());
        loop.host.whenInterruptsAreChecked = () -> loop.soon(1);
        loop.core.runOnce();
        assertEquals(List.of("enter", "await forever", "leave", "interrupts", "run 1"), loop.takeTrace());
    }
}
