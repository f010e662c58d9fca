package databridge.pyloop.libc;

import databridge.pyloop.ffi.CFunction;

/// `unistd.h`: suspending the thread.
public final class Sleep {
    private static final CFunction USLEEP = CFunction.blocking("int usleep(unsigned int usec)");

    private Sleep() {}

    /// Suspends the thread for at least this time, or until a signal comes. Without the GIL.
    public static void microseconds(int time) {
        USLEEP.call(time);
    }
}
