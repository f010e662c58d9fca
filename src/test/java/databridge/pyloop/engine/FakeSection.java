package databridge.pyloop.engine;

import java.util.List;

/// A [BlockingSection] that records when it is entered and left.
final class FakeSection implements BlockingSection {
    private final List<String> trace;
    boolean inside;
    boolean othersWait;
    Runnable whenLeft = () -> {};

    FakeSection(List<String> trace) {
        this.trace = trace;
    }

    @Override
    public void enter() {
        if (inside) {
            throw new IllegalStateException("entered twice");
        }
        inside = true;
        trace.add("enter");
    }

    @Override
    public boolean offer() {
        trace.add("offer");
        whenLeft.run();
        return othersWait;
    }

    @Override
    public void leave() {
        if (!inside) {
            throw new IllegalStateException("left without being entered");
        }
        inside = false;
        trace.add("leave");
        whenLeft.run();
    }
}
