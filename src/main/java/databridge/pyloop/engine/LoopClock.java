package databridge.pyloop.engine;

/// The monotonic clock, and the clock that deadlines are measured by. They are one, unless the loop's owner has put
/// a clock of their own in place of the second. Tests supply their own.
@FunctionalInterface
public interface LoopClock {
    /// Nanoseconds of the monotonic clock since an arbitrary but fixed moment.
    long nanos();

    /// Whether deadlines are measured by another clock than the monotonic one, at any speed, in any direction.
    default boolean isReplaced() {
        return false;
    }

    /// Nanoseconds of the clock that deadlines are measured by. A replaced clock may run any code, so this is called
    /// with the lock, and what was known of the queues is not known afterwards.
    ///
    /// @param monotonicNs what [#nanos] has just returned
    default long deadlineNanos(long monotonicNs) {
        return monotonicNs;
    }
}
