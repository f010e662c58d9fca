package databridge.pyloop.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tasks that run at the end of the iteration, in the order in which they were added. Under the lock.
final class DeferredTasks {
    private @Nullable ReadyTask[] tasks = new ReadyTask[16];
    private int count;
    private long bytes;

    boolean isEmpty() {
        return count == 0;
    }

    void add(ReadyTask task) {
        if (count == tasks.length) {
            tasks = Arrays.copyOf(tasks, 2 * count);
        }
        tasks[count++] = task;
    }

    /// Adds to the number of bytes that the tasks are going to send.
    ///
    /// @return the sum since they ran last
    long addBytes(long more) {
        bytes += more;
        return bytes;
    }

    /// Runs all tasks, also those that are added meanwhile. If one throws, the others still run,
    /// see [CallbackHost#runWhileLeaving].
    void run(CallbackHost host) {
        int next = 0;
        bytes = 0;
        while (next < count) {
            ReadyTask task = tasks[next];
            tasks[next++] = null;
            if (task != null) {
                try {
                    task.run();
                } catch (Throwable thrown) {
                    removeFirst(Math.min(next, count));
                    host.runWhileLeaving(() -> run(host));
                    throw thrown;
                }
            }
        }
        count = 0;
    }

    private void removeFirst(int many) {
        System.arraycopy(tasks, many, tasks, 0, count - many);
        Arrays.fill(tasks, count - many, count, null);
        count -= many;
    }

    void clear() {
        Arrays.fill(tasks, 0, count, null);
        count = 0;
        bytes = 0;
    }
}
