package databridge.pyloop.handles;

import databridge.pyloop.engine.EventLoop;

/// The loop that a handle is scheduled in, as far as the handle needs it. With the GIL.
public interface HandleOwner {
    /// Whether the loop object was freed without having been closed. Then no other method here may be called.
    boolean isGone();

    /// The loop object. Borrowed.
    long self();

    /// The event loop in which the handle is queued.
    EventLoop eventLoop();

    /// Whether the loop is in debug mode.
    boolean debug();

    /// Whether the calling thread runs the loop at this moment.
    boolean runsInThisThread();
}
