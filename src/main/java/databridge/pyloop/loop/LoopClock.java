package databridge.pyloop.loop;

import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.engine.Clock;
import databridge.pyloop.ffi.Memory;

/// The clock of a loop object: `loop.time`, a C field. As long as it holds what it held when the
/// engine opened, [SystemClock] is read, without Python if possible. A function that replaces it, in
/// the field or in a subclass, is called. With the GIL.
final class LoopClock implements Clock {
    private static final PyName TIME = PyName.of("time");

    private final long loop;
    private final long systemClock;

    /// @param loop the loop object, which outlives its clock
    LoopClock(long loop) {
        this.loop = loop;
        systemClock = Memory.getLong(loop + LoopLayout.TIME);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public boolean isReplaced() {
        return Memory.getLong(loop + LoopLayout.TIME) != systemClock
                || LoopLayout.hasOwnClock(loop)
                || SystemClock.isReplaced();
    }

    /// @throws PyError what `loop.time()` raises; TypeError if it returns no number
    @Override
    public long deadlineNanos(long monotonicNs) {
        return isReplaced() ? Deadline.nanos(time()) : monotonicNs;
    }

    private double time() {
        long now = PyError.orThrow(CallApi.callMethod(TIME, loop));
        try {
            return NumberApi.toDouble(now);
        } finally {
            Refs.release(now);
        }
    }
}
