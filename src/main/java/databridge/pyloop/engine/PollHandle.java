package databridge.pyloop.engine;

/// Receives the events of the file descriptors it is registered for, on the loop's thread and under its lock.
@FunctionalInterface
public interface PollHandle {
    /// Must not block. If it throws, the events behind this one in the same poll are lost.
    ///
    /// @param events a set of [Readiness], not empty
    void ready(int fd, int events);
}
