package databridge.pyloop.engine;

import java.util.ArrayList;
import java.util.List;

/// An [EventLoop] among fakes that record into one trace.
final class LoopFixture {
    final List<String> trace = new ArrayList<>();
    final FakeClock clock = new FakeClock();
    final FakePoller poller = new FakePoller(trace, clock);
    final FakeSection section = new FakeSection(trace);
    final FakeHost host = new FakeHost(trace);
    final EventLoop core;

    /// A loop that polls for I/O in every iteration.
    LoopFixture() {
        this(0);
    }

    LoopFixture(long pollBoundNs) {
        core = new EventLoop(host, poller, section, clock, pollBoundNs);
    }

    void soon(long... callbacks) {
        for (long callback : callbacks) {
            core.callSoon(callback);
        }
    }

    void after(long delayNs, long callback) {
        host.inHeap.add(callback);
        core.callAt(clock.now + delayNs, callback);
    }

    /// Cancels a callback as its owner does, which reports timers that are still queued to the loop.
    void cancel(long callback) {
        if (host.cancelled.add(callback) && host.inHeap.contains(callback)) {
            core.timerCancelled();
        }
    }

    /// What the callback does when it is run.
    void whenRun(long callback, Runnable action) {
        host.whenRun.put(callback, action);
    }

    /// Runs one iteration as `run` does for a loop that was stopped before.
    void runStopped() {
        host.stop = true;
        core.run();
        host.stop = false;
    }

    List<String> takeTrace() {
        List<String> taken = List.copyOf(trace);
        trace.clear();
        return taken;
    }
}
