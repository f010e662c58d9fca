package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Ready tasks run in turn with callbacks, deferred ones when the callback ends that deferred them.
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
    void deferredTasksRunBeforeTheNextCallback() {
        loop.whenRun(1, () -> loop.core.deferred().add(() -> loop.trace.add("deferred")));
        loop.soon(1, 2);
        loop.runStopped();
        assertEquals(List.of("await 0", "run 1", "deferred", "run 2"), loopTrace());
    }

    @Test
    void whatATaskOfTheQueueDefersRunsBeforeTheNextCallback() {
        long task = loop.core.addTask(() -> loop.core.deferred().add(() -> loop.trace.add("deferred")));
        loop.core.taskReady(task);
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("await 0", "deferred", "run 1"), loopTrace());
    }

    @Test
    void aRunWithinACallbackBeginsWithWhatTheCallbackHasDeferred() {
        loop.whenRun(1, () -> {
            loop.core.deferred().add(() -> loop.trace.add("deferred"));
            loop.soon(2);
            loop.core.runOnce();
        });
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("await 0", "run 1", "deferred", "await 0", "run 2"), loopTrace());
    }

    @Test
    void whatIsDeferredBetweenRunsRunsBeforeTheFirstCallback() {
        loop.core.deferred().add(() -> loop.trace.add("deferred"));
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("deferred", "await 0", "run 1"), loopTrace());
    }

    @Test
    void eachCallbackHasANumberOfItsOwn() {
        List<Long> numbers = new ArrayList<>();
        Runnable note = () -> {
            numbers.add(loop.core.deferred().currentCallback());
            assertEquals(numbers.get(numbers.size() - 1), loop.core.deferred().currentCallback());
        };
        note.run();
        loop.whenRun(1, () -> {
            note.run();
            loop.core.deferred().add(note::run);
        });
        loop.whenRun(2, note);
        loop.core.taskReady(loop.core.addTask(note::run));
        loop.soon(1, 2);
        loop.runStopped();
        note.run();
        assertEquals(6, numbers.size());
        assertEquals(numbers.stream().distinct().sorted().toList(), numbers);
    }

    @Test
    void deferredTasksRunAlsoIfACallbackThrows() {
        loop.whenRun(1, () -> {
            loop.core.deferred().add(() -> ran.add("deferred, aside " + loop.host.aside));
            throw new IllegalStateException("callback");
        });
        loop.soon(1);
        assertThrows(IllegalStateException.class, loop::runStopped);
        assertEquals(List.of("deferred, aside 1"), ran);
    }

    @Test
    void allDeferredTasksRunAlsoIfOneThrows() {
        loop.whenRun(1, () -> {
            loop.core.deferred().add(() -> ran.add("first, aside " + loop.host.aside));
            loop.core.deferred().add(() -> {
                throw new IllegalStateException("second");
            });
            loop.core.deferred().add(() -> ran.add("third, aside " + loop.host.aside));
        });
        loop.soon(1);
        assertThrows(IllegalStateException.class, loop::runStopped);
        assertEquals(List.of("first, aside 0", "third, aside 1"), ran);
    }

    @Test
    void whatADeferredTaskDefersRunsToo() {
        loop.whenRun(
                1, () -> loop.core.deferred().add(() -> loop.core.deferred().add(() -> ran.add("second"))));
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("second"), ran);
    }

    @Test
    void deferredTasksCanBeRunEarlyAndThenDoNotRunAgain() {
        loop.whenRun(1, () -> {
            loop.core.deferred().add(() -> ran.add("deferred"));
            assertEquals(10, loop.core.deferred().addBytes(10));
            assertEquals(30, loop.core.deferred().addBytes(20));
            loop.core.deferred().run();
            assertEquals(List.of("deferred"), ran);
            assertEquals(5, loop.core.deferred().addBytes(5));
        });
        loop.soon(1);
        loop.runStopped();
        assertEquals(List.of("deferred"), ran);
    }

    @Test
    void clearingDropsTasks() {
        long task = loop.core.addTask(() -> ran.add("task"));
        loop.core.taskReady(task);
        loop.core.deferred().add(() -> ran.add("deferred"));
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
