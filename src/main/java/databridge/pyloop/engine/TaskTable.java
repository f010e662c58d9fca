package databridge.pyloop.engine;

import databridge.pyloop.collections.NumberTable;
import org.jspecify.annotations.Nullable;

/// The numbers of tasks, by which they are queued among callbacks: negative ones, which no callback has.
final class TaskTable {
    private final NumberTable<ReadyTask> tasks = new NumberTable<>();

    long add(ReadyTask task) {
        int number = tasks.reserve();
        tasks.put(number, task);
        return -number;
    }

    /// Removes a task. If its number is still queued it then runs nothing, or the task that has got the number since,
    /// once too often, which is harmless.
    void remove(long number) {
        tasks.remove((int) -number);
    }

    /// The task of a number, null if it was removed.
    @Nullable
    ReadyTask find(long number) {
        return tasks.get((int) -number);
    }

    void run(long number) {
        ReadyTask task = find(number);
        if (task != null) {
            task.run();
        }
    }

    static boolean isTask(long number) {
        return number < 0;
    }
}
