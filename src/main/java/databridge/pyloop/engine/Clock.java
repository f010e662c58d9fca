package databridge.pyloop.engine;

/// The monotonic clock, and the clock that deadlines are measured by. They are the same, unless
/// the user has replaced the second. Tests supply their own.
@FunctionalInterface
public interface Clock {
    /// Nanoseconds of the monotonic clock since an arbitrary but fixed moment.
    long nanos();

    /// Whether deadlines are measured by another clock than the monotonic one, at any speed, in any direction.
    default boolean isReplaced() {
        return false;
    }

    /// Nanoseconds of the clock that deadlines are measured by. A replaced clock may run any code, so this is called
    /// under the lock, and the queues may have changed when it returns.
    ///
    /// @param monotonicNs what [#nanos] has just returned
    default long deadlineNanos(long monotonicNs) {
        return monotonicNs;
    }
}
