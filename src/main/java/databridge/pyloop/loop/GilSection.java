package databridge.pyloop.loop;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.BlockingSection;
import databridge.pyloop.engine.Poller;
import databridge.pyloop.libc.Sleep;
import databridge.pyloop.runtime.Collector;

/// Releases the GIL while the loop is blocked. One per loop, which blocks in one thread at a time.
///
/// Where gevent has replaced Python's selectors, the threads of the program are greenlets
/// of this thread. They run only if the loop waits with such a selector, which Python code does.
final class GilSection implements BlockingSection {
    private static final PyName WAIT_COOPERATIVELY = PyName.of("_wait_cooperatively");

    /// Releasing the GIL takes less than 0.1 us if no thread waits for it. Otherwise CPython wakes that thread,
    /// which is a system call.
    private static final long SIGNAL_NS = 600;

    /// With the kernel's timer slack of 50 us, a thread that waits for the GIL has then woken up
    /// and taken it, on a machine that is not overloaded.
    private static final int WAKE_US = 50;

    private final long loop;
    private long threadState;
    private boolean framesRecorded;
    private boolean released;

    /// @param loop the loop object, which outlives its engine
    GilSection(long loop) {
        this.loop = loop;
    }

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
    public boolean offer() {
        long began = System.nanoTime();
        enter();
        try {
            boolean othersWait = System.nanoTime() - began >= SIGNAL_NS;
            if (othersWait) {
                Sleep.microseconds(WAKE_US);
            }
            return othersWait;
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

    @Override
    public boolean isCooperative() {
        return LoopLayout.waitsCooperatively(loop);
    }

    @Override
    public void cooperate(long timeoutNs) {
        long seconds = timeoutNs == Poller.FOREVER
                ? Refs.retain(Singletons.NONE)
                : NumberApi.fromDouble(Deadline.seconds(timeoutNs));
        long result = CallApi.callMethod(WAIT_COOPERATIVELY, loop, seconds);
        Refs.release(seconds);
        Refs.release(PyError.orThrow(result));
    }
}
