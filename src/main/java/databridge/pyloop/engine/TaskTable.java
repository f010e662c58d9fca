package databridge.pyloop.engine;

import databridge.pyloop.collections.NumberTable;

/// Gives tasks numbers, so that they fit into a queue of numbers: negative ones, which no callback has.
final class TaskTable {
    private final NumberTable<ReadyTask> tasks = new NumberTable<>();

    long add(ReadyTask task) {
        int number = tasks.reserve();
        tasks.put(number, task);
        return -number;
    }

    /// Forgets a task. If its number is still queued it then runs nothing, or its next owner once too often, which is
    /// harmless.
    void remove(long number) {
        tasks.remove((int) -number);
    }

    void run(long number) {
        ReadyTask task = tasks.get((int) -number);
        if (task != null) {
            task.run();
        }
    }

    static boolean isTask(long number) {
        return number < 0;
    }
}
