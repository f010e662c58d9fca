package databridge.pyloop.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tasks that run when the current callback ends, in the order in which they were added. Under the lock.
///
/// The number of the current callback tells its work from that of the next one. A callback that neither asks for it nor
/// adds a task costs one test ([#isDue]).
public final class DeferredTasks {
    private final CallbackHost host;
    private @Nullable ReadyTask[] tasks = new ReadyTask[16];
    private int count;
    private long bytes;
    private long callback = 1;
    private boolean due;

    /// @param host of the callbacks
    DeferredTasks(CallbackHost host) {
        this.host = host;
    }

    /// Whether [#callbackEnded] has to be called when the current callback ends.
    boolean isDue() {
        return due;
    }

    /// A number that only the current callback has, above 0. A task counts as a callback, and so does what runs before
    /// the first callback of an iteration, such as the handlers of signals.
    public long currentCallback() {
        due = true;
        return callback;
    }

    /// Runs the tasks. What comes now belongs to another callback, and so does what the tasks themselves do.
    void callbackEnded() {
        callback++;
        if (count > 0) {
            run();
            callback++;
        }
        due = false;
    }

    /// Runs a task when the current callback ends.
    public void add(ReadyTask task) {
        due = true;
        if (count == tasks.length) {
            tasks = Arrays.copyOf(tasks, 2 * count);
        }
        tasks[count++] = task;
    }

    /// Adds to the number of bytes that the tasks are going to send.
    ///
    /// @return the sum since they ran last
    public long addBytes(long more) {
        bytes += more;
        return bytes;
    }

    /// Runs all tasks now, also those that are added meanwhile. If one throws, the others still run,
    /// see [CallbackHost#runWhileLeaving].
    public void run() {
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
                    host.runWhileLeaving(this::run);
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
