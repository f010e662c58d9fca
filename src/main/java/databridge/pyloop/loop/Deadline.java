package databridge.pyloop.loop;

import databridge.pyloop.runtime.NotInlined;

/// Seconds of `loop.time()` as nanoseconds of the engine's clock, which is the same `CLOCK_MONOTONIC`.
final class Deadline {
    private static final double NANOS_PER_SECOND = 1e9;

    /// Deadlines below it are converted without a call; in seconds.
    private static final double ORDINARY = 9e9;

    private Deadline() {}

    /// The first nanosecond at which `loop.time() >= when` holds, so that no timer runs early.
    ///
    /// The whole and the fractional seconds are converted apart: their product with 10^9 is then exact to
    /// less than a nanosecond however long the machine is up. Values that are out of range saturate. NaN,
    /// which compares as neither due nor not due, is due.
    static long nanos(double when) {
        if (when >= 0 && when < ORDINARY) {
            long whole = (long) when;
            double nanos = (when - whole) * NANOS_PER_SECOND;
            long below = (long) nanos;
            return whole * (long) NANOS_PER_SECOND + (below < nanos ? below + 1 : below);
        }
        return unusual(when);
    }

    @NotInlined
    private static long unusual(double when) {
        double whole = Math.floor(when);
        double nanos = Math.ceil((when - whole) * NANOS_PER_SECOND);
        if (Math.abs(whole) < Long.MAX_VALUE / NANOS_PER_SECOND - 1) {
            return ((long) whole) * ((long) NANOS_PER_SECOND) + ((long) nanos);
        }
        return (long) (when * NANOS_PER_SECOND); // saturates; NaN becomes 0
    }

    /// `time.monotonic()` for a reading of the clock.
    static double seconds(long nanos) {
        return nanos / NANOS_PER_SECOND;
    }
}
