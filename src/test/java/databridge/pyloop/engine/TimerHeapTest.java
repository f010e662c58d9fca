package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import databridge.pyloop.collections.BackingArrays;
import databridge.pyloop.collections.LongStack;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// The heap returns timers in the order of their deadlines, equal ones as they were scheduled, also after
/// a purge.
final class TimerHeapTest {
    private record Timer(long deadline, long callback) {}

    /// Callbacks are numbered as they are scheduled, so they order equal deadlines.
    private static final Comparator<Timer> ORDER =
            Comparator.comparingLong(Timer::deadline).thenComparingLong(Timer::callback);

    private final TimerHeap heap = new TimerHeap();
    private final FakeHost host = new FakeHost(new ArrayList<>());
    private final LongStack removed = new LongStack(16);

    private int memory() {
        return BackingArrays.length(heap, "entries");
    }

    private List<Timer> takeAll() {
        List<Timer> taken = new ArrayList<>();
        while (!heap.isEmpty()) {
            long deadline = heap.firstDeadline();
            long first = heap.first();
            assertEquals(first, heap.take());
            taken.add(new Timer(deadline, first));
        }
        return taken;
    }

    private Set<Long> removedCallbacks() {
        Set<Long> callbacks = new HashSet<>();
        while (!removed.isEmpty()) {
            assertTrue(callbacks.add(removed.pop()), "handed out twice");
        }
        return callbacks;
    }

    @Test
    void isEmptyUntilSomethingIsAddedAndAfterAllIsTaken() {
        assertTrue(heap.isEmpty());
        heap.add(10, 1);
        assertFalse(heap.isEmpty());
        assertEquals(1, heap.size());
        assertEquals(10, heap.firstDeadline());
        assertEquals(1, heap.first());
        assertEquals(1, heap.take());
        assertTrue(heap.isEmpty());
        assertEquals(0, heap.size());
    }

    @Test
    void givesOutByDeadline() {
        heap.add(30, 1);
        heap.add(10, 2);
        heap.add(20, 3);
        assertEquals(List.of(new Timer(10, 2), new Timer(20, 3), new Timer(30, 1)), takeAll());
    }

    @Test
    void givesOutEqualDeadlinesInSchedulingOrder() {
        for (long callback = 0; callback < 1_000; callback++) {
            heap.add(5 + callback % 3, callback);
        }
        List<Timer> expected = LongStream.range(0, 1_000)
                .mapToObj(callback -> new Timer(5 + callback % 3, callback))
                .sorted(ORDER)
                .toList();
        assertEquals(expected, takeAll());
    }

    @Test
    void ordersTheExtremesOfTime() {
        heap.add(Long.MAX_VALUE, 1);
        heap.add(0, 2);
        heap.add(Long.MIN_VALUE, 3);
        heap.add(-1, 4);
        heap.add(Long.MAX_VALUE, 5);
        assertEquals(
                List.of(3L, 4L, 2L, 1L, 5L),
                takeAll().stream().map(Timer::callback).toList());
    }

    @Test
    void showsEveryCallbackAtSomeIndex() {
        Set<Long> expected = new HashSet<>();
        for (long callback = 0; callback < 500; callback++) {
            heap.add(callback * 7_919 % 500, callback);
            expected.add(callback);
        }
        Set<Long> shown = new HashSet<>();
        for (int i = 0; i < heap.size(); i++) {
            shown.add(heap.get(i));
        }
        assertEquals(expected, shown);
    }

    @Test
    void purgeKeepsTheRestInOrderAndHandsOutEveryRemovedOne() {
        Random random = new Random(20_260_702);
        List<Timer> kept = new ArrayList<>();
        for (long callback = 0; callback < 5_000; callback++) {
            Timer timer = new Timer(random.nextInt(200), callback);
            heap.add(timer.deadline, callback);
            if (random.nextInt(4) > 0) {
                host.cancelled.add(callback);
            } else {
                kept.add(timer);
            }
        }
        heap.purge(host, removed);
        assertEquals(kept.size(), heap.size());
        assertEquals(host.cancelled, removedCallbacks());
        kept.sort(ORDER);
        assertEquals(kept, takeAll());
    }

    @Test
    void purgeOfAllLeavesAUsableHeap() {
        for (long callback = 0; callback < 10; callback++) {
            heap.add(callback, callback);
            host.cancelled.add(callback);
        }
        heap.purge(host, removed);
        assertTrue(heap.isEmpty());
        assertEquals(host.cancelled, removedCallbacks());
        heap.add(3, 100);
        assertEquals(100, heap.take());
    }

    @Test
    void purgeOfNothingChangesNothing() {
        heap.purge(host, removed);
        assertTrue(heap.isEmpty());
        heap.add(2, 1);
        heap.add(1, 2);
        heap.purge(host, removed);
        assertTrue(removed.isEmpty());
        assertEquals(List.of(new Timer(1, 2), new Timer(2, 1)), takeAll());
    }

    @Test
    void shrinkingGivesMemoryBackStepByStepButNeverMoreThanTheHeapStartedWith() {
        int initial = memory();
        for (long callback = 0; callback < 100_000; callback++) {
            heap.add(callback, callback);
        }
        int grown = memory();
        LongStream.range(5_000, 100_000).forEach(host.cancelled::add);
        heap.purge(host, removed);
        heap.shrink();
        assertEquals(grown / 2, memory());
        assertEquals(5_000, heap.size());
        LongStream.range(0, 5_000).forEach(host.cancelled::add);
        heap.purge(host, removed);
        for (int i = 0; i < 20; i++) {
            heap.shrink();
        }
        assertEquals(initial, memory());
        assertEquals(100_000, removedCallbacks().size());
        heap.add(1, 1);
        assertEquals(1, heap.take());
    }

    @Test
    void agreesWithASortedReferenceOnRandomOperations() {
        Random random = new Random(20_260_703);
        PriorityQueue<Timer> reference = new PriorityQueue<>(ORDER);
        for (long next = 0, step = 0; step < 100_000; step++) {
            int choice = random.nextInt(1_000);
            if (choice == 0) {
                reference.stream()
                        .filter(timer -> random.nextBoolean())
                        .forEach(timer -> host.cancelled.add(timer.callback));
                reference.removeIf(timer -> host.cancelled.contains(timer.callback));
                heap.purge(host, removed);
                assertEquals(host.cancelled, removedCallbacks());
                host.cancelled.clear();
            } else if (reference.isEmpty() || choice < 550) {
                Timer timer = new Timer(random.nextInt(1_000), next++);
                heap.add(timer.deadline, timer.callback);
                reference.add(timer);
            } else {
                assertEquals(reference.element().deadline, heap.firstDeadline());
                assertEquals(reference.remove().callback, heap.take());
            }
            assertEquals(reference.size(), heap.size());
        }
    }

    @Test
    void removesFromAnywhereAndKeepsTheOrder() {
        Random random = new Random(7);
        PriorityQueue<Timer> reference = new PriorityQueue<>(ORDER);
        for (long callback = 1; callback <= 2_000; callback++) {
            Timer timer = new Timer(random.nextInt(100), callback);
            heap.add(timer.deadline, callback);
            reference.add(timer);
        }
        for (long callback = 1; callback <= 2_000; callback += 1 + random.nextInt(3)) {
            long gone = callback;
            assertEquals(true, heap.remove(gone));
            assertEquals(false, heap.remove(gone));
            reference.removeIf(timer -> timer.callback == gone);
        }
        while (!reference.isEmpty()) {
            assertEquals(reference.remove().callback, heap.take());
        }
        assertEquals(0, heap.size());
    }
}
