package databridge.pyloop.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gives tasks numbers, so that they fit into a queue of numbers: negative ones, which no callback has.
final class TaskTable {
    private @Nullable ReadyTask[] tasks = new ReadyTask[16];
    private int[] free = new int[16];
    private int freeCount;
    private int used;

    long add(ReadyTask task) {
        int index = freeCount > 0 ? free[--freeCount] : used++;
        if (index == tasks.length) {
            tasks = Arrays.copyOf(tasks, 2 * index);
            free = Arrays.copyOf(free, 2 * index);
        }
        tasks[index] = task;
        return ~index;
    }

    /// Forgets a task. Its number may still be queued; it is then nobody's, or the next owner's, who takes no harm
    /// from a run too many.
    void remove(long number) {
        int index = (int) ~number;
        tasks[index] = null;
        free[freeCount++] = index;
    }

    void run(long number) {
        ReadyTask task = tasks[(int) ~number];
        if (task != null) {
            task.run();
        }
    }

    static boolean isTask(long number) {
        return number < 0;
    }
}
