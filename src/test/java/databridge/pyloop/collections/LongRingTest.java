package databridge.pyloop.collections;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The ring returns numbers in the order in which they were added, also when it grows, wraps around
/// or shrinks.
final class LongRingTest {
    private final LongRing queue = new LongRing(1024);

    private void addRange(long from, long to) {
        for (long callback = from; callback < to; callback++) {
            queue.add(callback);
        }
    }

    private void takeRange(long from, long to) {
        for (long callback = from; callback < to; callback++) {
            assertEquals(callback, queue.take());
        }
    }

    private int memory() {
        return BackingArrays.length(queue, "ring");
    }

    @Test
    void isEmptyUntilSomethingIsAddedAndAfterAllIsTaken() {
        assertTrue(queue.isEmpty());
        queue.add(7);
        assertFalse(queue.isEmpty());
        assertEquals(1, queue.size());
        assertEquals(7, queue.take());
        assertTrue(queue.isEmpty());
        assertEquals(0, queue.size());
    }

    @Test
    void keepsOrderWhileTheRingWrapsAround() {
        addRange(0, 700);
        for (long round = 0; round < 10_000; round += 300) {
            takeRange(round, round + 300);
            addRange(round + 700, round + 1_000);
            assertEquals(700, queue.size());
        }
        assertEquals(1_024, memory());
    }

    @Test
    void keepsOrderWhenAWrappedRingGrows() {
        addRange(0, 1_000);
        takeRange(0, 900);
        addRange(1_000, 5_000);
        takeRange(900, 5_000);
        assertTrue(queue.isEmpty());
    }

    @Test
    void showsEveryElementByItsDistanceFromTheOldest() {
        addRange(0, 1_000);
        takeRange(0, 900);
        addRange(1_000, 1_800);
        for (int i = 0; i < queue.size(); i++) {
            assertEquals(900 + i, queue.get(i));
        }
    }

    @Test
    void shrinkKeepsAWrappedContent() {
        addRange(0, 4_096);
        takeRange(0, 4_000);
        addRange(4_096, 4_196);
        queue.shrink(); // forgets the burst
        int before = memory();
        queue.shrink();
        assertTrue(memory() < before);
        takeRange(4_000, 4_196);
        assertTrue(queue.isEmpty());
    }

    @Test
    void shrinkGivesTheMemoryOfABurstBackStepByStep() {
        queue.add(0);
        int initial = memory();
        queue.take();
        addRange(0, 100_000);
        takeRange(0, 100_000);
        queue.shrink();
        int afterBurst = memory();
        assertTrue(afterBurst >= 100_000);
        queue.shrink();
        assertEquals(afterBurst / 2, memory());
        for (int i = 0; i < 10; i++) {
            queue.shrink();
        }
        assertEquals(initial, memory());
    }

    @Test
    void shrinkKeepsTheMemoryThatIsUsedAgainAndAgain() {
        for (int round = 0; round < 10; round++) {
            addRange(0, 50_000);
            takeRange(0, 50_000);
            queue.shrink();
            assertTrue(memory() >= 50_000);
        }
    }

    @Test
    void holdsNoMemoryBeforeTheFirstElementAndAfterClear() {
        assertEquals(0, memory());
        addRange(0, 2_000);
        assertEquals(2_048, queue.capacity());
        queue.clear();
        assertTrue(queue.isEmpty());
        assertEquals(0, memory());
        addRange(5, 10);
        takeRange(5, 10);
    }

    @Test
    void elementsCanBeReplacedWhereverTheRingWraps() {
        addRange(0, 1_000);
        takeRange(0, 900);
        addRange(1_000, 1_800);
        for (int i = 0; i < queue.size(); i++) {
            queue.set(i, i);
        }
        takeRange(0, 900);
    }

    @Test
    void anElementPutInFrontIsTakenFirstEvenIfTheRingIsFull() {
        queue.addFirst(9);
        assertEquals(9, queue.take());
        addRange(0, 1_024);
        queue.addFirst(-1);
        queue.addFirst(-2);
        takeRange(-2, 1_024);
        assertTrue(queue.isEmpty());
    }

    @Test
    void agreesWithAReferenceOnRandomOperations() {
        Random random = new Random(20_260_701);
        Deque<Long> reference = new ArrayDeque<>();
        for (long next = 0, step = 0; step < 200_000; step++) {
            int choice = random.nextInt(1_000);
            boolean filling = step / 20_000 % 2 == 0;
            if (choice == 0) {
                queue.shrink();
            } else if (choice == 1) {
                queue.addFirst(next);
                reference.addFirst(next++);
            } else if (reference.isEmpty() || choice < (filling ? 600 : 400)) {
                queue.add(next);
                reference.add(next++);
            } else {
                assertEquals(reference.remove(), queue.take());
            }
            assertEquals(reference.size(), queue.size());
        }
        while (!reference.isEmpty()) {
            assertEquals(reference.remove(), queue.take());
        }
        assertTrue(queue.isEmpty());
    }

    @Test
    void takesAndInsertsInTheMiddle() {
        addRange(0, 6);
        assertEquals(3, queue.take(3));
        queue.insert(1, 30);
        queue.insert(6, 60);
        queue.insert(0, 10);
        for (long expected : new long[] {10, 0, 30, 1, 2, 4, 5, 60}) {
            assertEquals(expected, queue.take());
        }
        assertTrue(queue.isEmpty());
    }
}
