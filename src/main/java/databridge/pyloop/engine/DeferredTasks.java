package databridge.pyloop.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tasks that are put off to the end of the iteration, in their order.
final class DeferredTasks {
    private @Nullable ReadyTask[] tasks = new ReadyTask[16];
    private int count;
    private long weight;

    boolean isEmpty() {
        return count == 0;
    }

    void add(ReadyTask task) {
        if (count == tasks.length) {
            tasks = Arrays.copyOf(tasks, 2 * count);
        }
        tasks[count++] = task;
    }

    /// Adds to what the tasks weigh, and tells the sum.
    long weigh(long more) {
        weight += more;
        return weight;
    }

    /// Runs them all, those included that are added meanwhile; all run even if one throws, the last to do so wins.
    void run() {
        int next = 0;
        weight = 0;
        try {
            while (next < count) {
                ReadyTask task = tasks[next];
                tasks[next++] = null;
                if (task != null) {
                    task.run();
                }
            }
        } finally {
            if (next < count) {
                System.arraycopy(tasks, next, tasks, 0, count - next);
                Arrays.fill(tasks, count - next, count, null);
                count -= next;
                run();
            } else {
                count = 0;
            }
        }
    }

    void clear() {
        Arrays.fill(tasks, 0, count, null);
        count = 0;
        weight = 0;
    }
}
