package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A loop that is about to wait frees memory, about once a second and never while it is busy.
final class IdleTest {
    private static final long SECOND = 1_000_000_000;

    private final LoopFixture loop = new LoopFixture();

    private int timesIdle() {
        return Collections.frequency(loop.trace, "idle");
    }

    @Test
    void theHostIsToldBeforeAWaitAboutOnceASecond() {
        loop.clock.now += 2 * SECOND;
        for (long callback = 0; callback < 100; callback++) {
            loop.after(SECOND / 10, callback);
            loop.core.runOnce();
        }
        assertEquals(100, loop.host.ran.size());
        assertTrue(timesIdle() >= 9 && timesIdle() <= 10, timesIdle() + " times in ten seconds");
    }

    @Test
    void theHostIsNotToldWhileCallbacksAreReady() {
        loop.clock.now += 2 * SECOND;
        loop.soon(1);
        loop.core.runOnce();
        assertEquals(0, timesIdle());
    }

    @Test
    void theHostHoldsTheLockWhenItIsTold() {
        loop.clock.now += 2 * SECOND;
        loop.after(10, 1);
        loop.core.runOnce();
        assertEquals(List.of("idle", "enter", "await 10", "leave", "interrupts", "due 1", "run 1"), loop.takeTrace());
    }

    /// Freeing memory may run code of the user, as any call of the host.
    @Test
    void whatTheIdleHostSchedulesIsNotWaitedFor() {
        loop.clock.now += 2 * SECOND;
        loop.after(5_000, 2);
        loop.host.whenIdle = () -> loop.soon(1);
        loop.core.runOnce();
        assertEquals(List.of("idle", "await 0", "interrupts", "run 1"), loop.takeTrace());
    }
}
