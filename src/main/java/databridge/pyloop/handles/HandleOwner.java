package databridge.pyloop.handles;

import databridge.pyloop.engine.EventLoop;

/// The loop that a handle is scheduled in, as far as the handle needs it. With the GIL.
public interface HandleOwner {
    /// The loop object. Borrowed.
    long self();

    /// What the handle is queued in.
    EventLoop eventLoop();

    /// Whether the loop is in debug mode.
    boolean debug();

    /// Whether the calling thread is the one that runs the loop.
    boolean runsInThisThread();
}
