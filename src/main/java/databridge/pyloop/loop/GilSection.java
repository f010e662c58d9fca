package databridge.pyloop.loop;

import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.BlockingSection;
import databridge.pyloop.runtime.Collector;

/// Releases the GIL while the loop is blocked. One per loop, which blocks in one thread at a time.
final class GilSection implements BlockingSection {
    private long threadState;
    private boolean framesRecorded;

    @Override
    public void enter() {
        framesRecorded = Collector.beginWait();
        try {
            threadState = ThreadApi.saveThread();
        } catch (Throwable failed) {
            Collector.endWait(framesRecorded);
            throw failed;
        }
    }

    @Override
    public void leave() {
        ThreadApi.restoreThread(threadState);
        Collector.endWait(framesRecorded);
    }
}
