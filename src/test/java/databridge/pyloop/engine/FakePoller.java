package databridge.pyloop.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// A [Poller] that returns what a test has planned, and otherwise moves the [FakeClock] by the timeout
/// at once.
final class FakePoller implements Poller {
    /// What happens during one wait.
    interface Wait {
        /// @return what dispatching each event does
        List<Runnable> await(long timeoutNs);
    }

    final Queue<Wait> planned = new ArrayDeque<>();
    private final List<String> trace;
    private final FakeClock clock;
    private List<Runnable> events = List.of();

    FakePoller(List<String> trace, FakeClock clock) {
        this.trace = trace;
        this.clock = clock;
    }

    /// Plans that the next unplanned wait finds these events, whatever its timeout.
    void planEvents(Runnable... dispatched) {
        planned.add(timeoutNs -> List.of(dispatched));
    }

    @Override
    public int await(long timeoutNs) {
        trace.add(timeoutNs == FOREVER ? "await forever" : "await " + timeoutNs);
        Wait wait = planned.poll();
        if (wait != null) {
            events = new ArrayList<>(wait.await(timeoutNs));
        } else if (timeoutNs == FOREVER) {
            throw new AssertionError("the loop blocks and nothing will ever wake it: " + trace);
        } else {
            clock.now += timeoutNs;
            events = List.of();
        }
        return events.size();
    }

    @Override
    public void dispatch(int count) {
        if (count != events.size()) {
            throw new AssertionError("dispatch(" + count + ") after " + events.size() + " events");
        }
        for (Runnable event : events) {
            trace.add("event");
            event.run();
        }
    }

    @Override
    public void wakeUp() {
        trace.add("wakeUp");
    }
}
