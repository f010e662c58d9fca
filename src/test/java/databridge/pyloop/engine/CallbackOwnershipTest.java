package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// A callback that is taken out of a queue is run or discarded, exactly once.
final class CallbackOwnershipTest {
    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final LoopFixture loop = new LoopFixture(50_000);
    private final Random random = new Random(20_260_706);
    private long scheduled;

    private void scheduleOne() {
        long callback = scheduled++;
        if (random.nextBoolean()) {
            loop.soon(callback);
        } else {
            loop.after(random.nextInt(2_000) - 100, callback);
        }
        loop.whenRun(callback, this::act);
    }

    /// What a callback can do: use time, schedule, cancel, throw.
    private void act() {
        loop.clock.now += random.nextInt(200);
        switch (random.nextInt(8)) {
            case 0, 1 -> scheduleOne();
            case 2 -> loop.cancel(randomOutstanding());
            case 3 -> loop.core.interestChanged();
            case 4 -> {
                if (random.nextInt(4) == 0) {
                    throw new Thrown();
                }
            }
            default -> loop.core.wakeup().wakeUp();
        }
    }

    private long randomOutstanding() {
        Scheduled scheduled = loop.core.scheduled();
        int ready = scheduled.readyCount();
        int count = ready + scheduled.timerCount();
        if (count == 0) {
            return -1;
        }
        int index = random.nextInt(count);
        return index < ready ? scheduled.ready(index) : scheduled.timer(index - ready);
    }

    private void iterate() {
        try {
            loop.runStopped();
        } catch (Thrown expected) {
            loop.host.stop = false;
        }
    }

    private List<Long> settled() {
        List<Long> settled = new ArrayList<>(loop.host.ran);
        settled.addAll(loop.host.discarded);
        settled.sort(null);
        return settled;
    }

    @Test
    void clearDiscardsAllThatIsScheduled() {
        loop.soon(0, 1);
        loop.after(10, 2);
        loop.after(5, 3);
        loop.cancel(3);
        loop.core.clear();
        assertEquals(List.of(0L, 1L, 2L, 3L), settled());
        assertEquals(List.of(), loop.host.ran);
        assertEquals(0, loop.core.scheduled().readyCount());
        assertEquals(0, loop.core.scheduled().timerCount());
    }

    @Test
    void aClearedLoopCanBeUsedAgain() {
        loop.soon(0);
        loop.after(10, 1);
        loop.core.clear();
        loop.soon(2);
        loop.core.runOnce();
        assertEquals(List.of(2L), loop.host.ran);
    }

    @Test
    void everyCallbackIsRunOrDiscardedExactlyOnce() {
        for (int round = 0; round < 20_000; round++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                scheduleOne();
            }
            if (random.nextInt(3) == 0) {
                loop.cancel(randomOutstanding());
            }
            if (random.nextInt(2_000) == 0) {
                LongStream.range(0, 2_000).forEach(callback -> loop.after(1_000_000, scheduled++));
                LongStream.range(scheduled - 1_500, scheduled).forEach(loop::cancel);
            }
            iterate();
            assertEquals(
                    scheduled,
                    loop.host.ran.size()
                            + loop.host.discarded.size()
                            + loop.core.scheduled().readyCount()
                            + loop.core.scheduled().timerCount(),
                    "after round " + round);
        }
        assertTrue(loop.host.ran.size() > 1_000 && loop.host.discarded.size() > 1_000);
        loop.core.clear();
        assertEquals(LongStream.range(0, scheduled).boxed().toList(), settled());
    }

    @Test
    void noCancelledCallbackRuns() {
        for (int round = 0; round < 5_000; round++) {
            scheduleOne();
            long victim = randomOutstanding();
            loop.cancel(victim);
            iterate();
            assertTrue(!loop.host.ran.contains(victim), "callback " + victim);
        }
    }
}
