package databridge.pyloop.engine;

/// Receives the events of the file descriptors it is registered for, on the loop's thread.
@FunctionalInterface
public interface PollHandle {
    /// @param events the poller's event mask; errors and hang-ups come unasked
    void ready(int fd, int events);
}
