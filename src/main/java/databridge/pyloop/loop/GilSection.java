package databridge.pyloop.loop;

import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.BlockingSection;
import databridge.pyloop.libc.Sleep;
import databridge.pyloop.runtime.Collector;

/// Releases the GIL while the loop is blocked. One per loop, which blocks in one thread at a time.
final class GilSection implements BlockingSection {
    /// With the kernel's timer slack of 50 us, a thread that waits for the GIL has then woken up
    /// and taken it, on a machine that is not overloaded.
    private static final int WAKE_US = 20;

    private long threadState;
    private boolean framesRecorded;
    private boolean released;

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
        released = true;
    }

    @Override
    public void offer() {
        if (!Interruptions.otherThreadsExist()) {
            return;
        }
        enter();
        try {
            Sleep.microseconds(WAKE_US);
        } finally {
            leave();
        }
    }

    /// Whether the GIL was released since this was asked last.
    boolean wasReleased() {
        boolean result = released;
        released = false;
        return result;
    }
}
