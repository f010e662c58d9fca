package databridge.pyloop.engine;

/// The monotonic clock that deadlines are measured by. Tests supply their own.
@FunctionalInterface
public interface LoopClock {
    /// Nanoseconds since an arbitrary but fixed moment.
    long nanos();
}
