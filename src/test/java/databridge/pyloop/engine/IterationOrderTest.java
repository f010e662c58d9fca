package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/// An iteration is asyncio's: I/O, due timers, then exactly the callbacks that are ready by then.
final class IterationOrderTest {
    private final LoopFixture loop = new LoopFixture();

    @Test
    void pollsForIoThenMovesTimersThenRunsTheBatch() {
        loop.soon(1);
        loop.after(0, 2);
        loop.poller.planEvents(() -> loop.soon(3));
        loop.core.runOnce();
        assertEquals(List.of("await 0", "event", "interrupts", "due 2", "run 1", "run 3", "run 2"), loop.takeTrace());
    }

    @Test
    void runsCallbacksInTheOrderTheyWereScheduled() {
        loop.soon(5, 3, 9, 1);
        loop.core.runOnce();
        assertEquals(List.of(5L, 3L, 9L, 1L), loop.host.ran);
    }

    @Test
    void theBatchIsFixedWhenItStarts() {
        loop.soon(1, 2);
        loop.whenRun(1, () -> loop.soon(3));
        loop.core.runOnce();
        assertEquals(List.of(1L, 2L), loop.host.ran);
        assertEquals(1, loop.core.scheduled().readyCount());
        loop.core.runOnce();
        assertEquals(List.of(1L, 2L, 3L), loop.host.ran);
    }

    @Test
    void aTimerThatFallsDueDuringTheBatchWaitsForTheNextIteration() {
        loop.soon(1, 2);
        loop.after(10, 3);
        loop.whenRun(1, () -> loop.clock.now += 100);
        loop.core.runOnce();
        assertEquals(List.of(1L, 2L), loop.host.ran);
        loop.core.runOnce();
        assertEquals(List.of(1L, 2L, 3L), loop.host.ran);
    }

    @Test
    void aCallbackCancelledWithinTheBatchIsDiscardedAtItsTurn() {
        loop.soon(1, 2, 3);
        loop.whenRun(1, () -> loop.cancel(2));
        loop.core.runOnce();
        assertEquals(List.of("await 0", "interrupts", "run 1", "discard 2", "run 3"), loop.takeTrace());
    }

    @Test
    void runGoesOnUntilAStopIsRequestedAndFinishesThatIteration() {
        loop.soon(1);
        loop.whenRun(1, () -> loop.soon(2, 3));
        loop.whenRun(2, () -> {
            loop.host.stop = true;
            loop.soon(4);
        });
        loop.core.run();
        assertEquals(List.of(1L, 2L, 3L), loop.host.ran);
        assertEquals(1, loop.core.scheduled().readyCount());
    }

    @Test
    void aStopRequestedBeforeTheRunLetsOneIterationPassWithoutBlocking() {
        loop.after(1_000, 1);
        loop.runStopped();
        assertEquals(List.of("await 0", "interrupts"), loop.takeTrace());
        loop.soon(2);
        loop.whenRun(2, () -> loop.soon(3));
        loop.runStopped();
        assertEquals(List.of("await 0", "interrupts", "run 2"), loop.takeTrace());
    }

    @Test
    void aStoppedIterationStillDeliversIoAndDueTimers() {
        loop.after(0, 1);
        loop.poller.planEvents(() -> loop.soon(2));
        loop.runStopped();
        assertEquals(List.of("await 0", "event", "interrupts", "due 1", "run 2", "run 1"), loop.takeTrace());
    }

    @Test
    void aThrowableFromACallbackEndsTheRunAndLeavesTheRestQueued() {
        RuntimeException thrown = new RuntimeException("from a callback");
        loop.soon(1, 2, 3);
        loop.whenRun(2, () -> {
            throw thrown;
        });
        assertSame(thrown, assertThrows(RuntimeException.class, loop.core::run));
        assertEquals(List.of(1L, 2L), loop.host.ran);
        assertEquals(1, loop.core.scheduled().readyCount());
        loop.runStopped();
        assertEquals(List.of(1L, 2L, 3L), loop.host.ran);
    }

    @Test
    void anInterruptEndsTheRunBeforeAnyCallbackAndLosesNothing() {
        loop.soon(1);
        loop.after(0, 2);
        loop.poller.planEvents(() -> loop.soon(3));
        loop.host.whenInterruptsAreChecked = () -> {
            throw new IllegalStateException("interrupted");
        };
        assertThrows(IllegalStateException.class, loop.core::run);
        assertEquals(List.of(), loop.host.ran);
        loop.host.whenInterruptsAreChecked = () -> {};
        loop.runStopped();
        assertEquals(List.of(1L, 3L, 2L), loop.host.ran);
    }

    @Test
    void aRunInsideACallbackMayTakeTheRestOfTheBatch() {
        loop.soon(1, 2, 3);
        loop.whenRun(1, loop.core::runOnce);
        loop.core.runOnce();
        assertEquals(List.of(1L, 2L, 3L), loop.host.ran);
        assertEquals(0, loop.core.scheduled().readyCount());
    }

    @Test
    void clearInsideACallbackEndsTheBatch() {
        loop.soon(1, 2, 3);
        loop.after(10, 4);
        loop.whenRun(1, loop.core::clear);
        loop.core.runOnce();
        assertEquals(List.of(1L), loop.host.ran);
        assertEquals(List.of(2L, 3L, 4L), loop.host.discarded);
    }

    @Test
    void showsWhatIsScheduledReadyOnesFirst() {
        loop.after(10, 3);
        loop.soon(1, 2);
        assertEquals(2, loop.core.scheduled().readyCount());
        assertEquals(1, loop.core.scheduled().timerCount());
        assertEquals(1, loop.core.scheduled().ready(0));
        assertEquals(2, loop.core.scheduled().ready(1));
        assertEquals(3, loop.core.scheduled().timer(0));
    }
}
