package databridge.pyloop.handles;

import databridge.pyloop.engine.EventLoop;

/// The loop that a handle is scheduled in, as far as the handle needs it. With the GIL.
public interface HandleOwner {
    /// Whether the loop object has been freed though nobody has closed it. Then nothing else here may be asked.
    boolean isGone();

    /// The loop object. Borrowed.
    long self();

    /// What the handle is queued in.
    EventLoop eventLoop();

    /// Whether the loop is in debug mode.
    boolean debug();

    /// Whether the calling thread is the one that runs the loop.
    boolean runsInThisThread();
}
