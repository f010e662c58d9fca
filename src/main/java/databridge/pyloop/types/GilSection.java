package databridge.pyloop.types;

import databridge.pyloop.cpython.ThreadApi;
import databridge.pyloop.engine.BlockingSection;

/// Gives the GIL up while the loop is blocked. One per loop, which blocks in one thread at a time.
final class GilSection implements BlockingSection {
    private long threadState;

    @Override
    public void enter() {
        threadState = ThreadApi.saveThread();
    }

    @Override
    public void leave() {
        ThreadApi.restoreThread(threadState);
    }
}
