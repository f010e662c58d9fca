package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Ready tasks run in turn with callbacks, deferred ones at the end of the iteration.
final class TasksTest {
    private final LoopFixture loop = new LoopFixture();
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksTakeTheirTurnAmongCallbacks() {
        long task = loop.core.addTask(() -> loop.trace.add("task"));
        loop.soon(1);
        loop.core.taskReady(task);
        loop.soon(2);
        loop.runStopped();
        assertEquals(List.of("await 0", "run 1", "task", "run 2"), loopTrace());
    }

    @Test
    void aTaskThatQueuesItselfWaitsForTheNextIteration() {
        long[] task = new long[1];
        task[0] = loop.core.addTask(() -> {
            ran.add("task");
            loop.core.taskReady(task[0]);
        });
        loop.core.taskReady(task[0]);
        loop.runStopped();
        assertEquals(List.of("task"), ran);
        loop.runStopped();
        assertEquals(List.of("task", "task"), ran);
    }

    @Test
    void aRemovedTaskDoesNotRun() {
        long task = loop.core.addTask(() -> ran.add("task"));
        loop.core.taskReady(task);
        loop.core.removeTask(task);
        loop.runStopped();
        assertEquals(List.of(), ran);
    }

    @Test
    void numbersOfManyTasksAreDistinctAndReused() {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int name = i;
            numbers.add(loop.core.addTask(() -> ran.add("task " + name)));
        }
        assertEquals(100, numbers.stream().distinct().count());
        loop.core.removeTask(numbers.get(40));
        assertEquals(numbers.get(40), loop.core.addTask(() -> ran.add("new")));
        loop.core.taskReady(numbers.get(99));
        loop.core.taskReady(numbers.get(40));
        loop.runStopped();
        assertEquals(List.of("task 99", "new"), ran);
    }

    @Test
    void deferredTasksRunAfterTheCallbacksOfTheIteration() {
        loop.whenRun(1, () -> loop.core.defer(() -> loop.trace.add("deferred")));
        loop.soon(1, 2);
        loop.runStopped();
        assertEquals(List.of("await 0", "run 1", "run 2", "deferred"), loopTrace());
    }

    @Test
    void deferredTasksRunAlsoIfACallbackThrows() {
        loop.whenRun(1, () -> {
            loop.core.defer(() -> ran.add("deferred, aside " + loop.host.aside));
            throw new IllegalStateException("callback");
        });
        loop.soon(1);
        assertThrows(IllegalStateException.class, loop::runStopped);
        assertEquals(List.of("deferred, aside 1"), ran);
    }

    @Test
    void allDeferredTasksRunAlsoIfOneThrows() {
        loop.whenRun(1, () -> {
            loop.core.defer(() -> ran.add("first, aside " + loop.host.aside));
            loop.core.defer(() -> {
                throw new IllegalStateException("second");
            });
            loop.core.defer(() -> ran.add("third, aside " + loop.host.aside));
        });
        loop.soon(1);
        assertThrows(IllegalStateException.class, loop::runStopped);
        assertEquals(List.of("first, aside 0", "third, aside 1"), ran);
    }

    @Test
    void whatADeferredTaskDefersRunsToo() {
        loop.whenRun(1, () -> loop.core.defer(() -> loop.core.defer(() -> ran.add("second"))));
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("second"), ran);
    }

    @Test
    void deferredTasksCanBeRunEarlyAndThenDoNotRunAgain() {
        loop.whenRun(1, () -> {
            loop.core.defer(() -> ran.add("deferred"));
            assertEquals(10, loop.core.addDeferredBytes(10));
            assertEquals(30, loop.core.addDeferredBytes(20));
            loop.core.runDeferred();
            assertEquals(List.of("deferred"), ran);
            assertEquals(5, loop.core.addDeferredBytes(5));
        });
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("deferred"), ran);
    }

    @Test
    void clearingDropsTasks() {
        long task = loop.core.addTask(() -> ran.add("task"));
        loop.core.taskReady(task);
        loop.core.defer(() -> ran.add("deferred"));
        loop.core.clear();
        loop.runStopped();
        assertEquals(List.of(), ran);
    }

    private List<String> loopTrace() {
        return loop.takeTrace().stream()
                .filter(entry -> !entry.equals("interrupts"))
                .toList();
    }
}
