package databridge.pyloop.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A [CallbackHost] whose callbacks are numbers, with actions that a test sets; it records every call.
final class FakeHost implements CallbackHost {
    final List<String> trace;
    final List<Long> ran = new ArrayList<>();
    final List<Long> discarded = new ArrayList<>();
    final Set<Long> cancelled = new HashSet<>();
    final Set<Long> inHeap = new HashSet<>();
    final Map<Long, Runnable> whenRun = new HashMap<>();
    final Map<Long, Runnable> whenDiscarded = new HashMap<>();
    Runnable whenInterruptsAreChecked = () -> {};
    Runnable whenIdle = () -> {};
    boolean stop;
    int aside;

    FakeHost(List<String> trace) {
        this.trace = trace;
    }

    @Override
    public void run(long callback) {
        trace.add("run " + callback);
        ran.add(callback);
        whenRun.getOrDefault(callback, () -> {}).run();
    }

    @Override
    public void discard(long callback) {
        trace.add("discard " + callback);
        discarded.add(callback);
        inHeap.remove(callback);
        whenDiscarded.getOrDefault(callback, () -> {}).run();
    }

    @Override
    public boolean cancelled(long callback) {
        return cancelled.contains(callback);
    }

    @Override
    public void due(long callback) {
        trace.add("due " + callback);
        inHeap.remove(callback);
    }

    @Override
    public boolean stopRequested() {
        return stop;
    }

    @Override
    public void runWhileLeaving(Runnable action) {
        aside++;
        try {
            action.run();
        } finally {
            aside--;
        }
    }

    @Override
    public void idle() {
        trace.add("idle");
        whenIdle.run();
    }

    @Override
    public void checkInterrupts() {
        trace.add("interrupts");
        whenInterruptsAreChecked.run();
    }
}
