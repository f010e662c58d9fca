package databridge.pyloop.handles;

import static databridge.pyloop.cpython.Singletons.NONE;
import static databridge.pyloop.handles.HandleLayout.IN_HEAP;
import static databridge.pyloop.handles.HandleLayout.WHEN;
import static databridge.pyloop.handles.HandleLayout.WHEN_SECONDS;

import databridge.pyloop.cpython.CallingConvention;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeDef;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.runtime.EntryPoint;

/// `TimerHandle`: a callback scheduled for a time, an `asyncio.TimerHandle` whose memory the loop fills and reuses.
///
/// The deadline is kept as a C double; the `float` object `_when` is made when it is read.
public final class TimerHandleType {
    static long TYPE;

    /// The pool of these handles, for all loops.
    public static final HandlePool POOL = new HandlePool(HandlePool.Kind.TIMER);

    private TimerHandleType() {}

    static void bind() {
        TYPE = HandleProperties.declare(TypeDef.named(
                                TimerHandleType.class,
                                "data_bridge.pyloop.TimerHandle",
                                "A callback scheduled for a given time.")
                        .method("cancel($self, /)", CallingConvention.NO_ARGUMENTS, "cancel", "Cancel the callback.")
                        .property("_when", "getWhen", "setWhen", "The deadline in seconds of the loop's clock."))
                .build(HandleLayout.ASYNCIO_TIMER_HANDLE, HandleLayout.SIZE);
        POOL.bind(TYPE, HandleLayout.SIZE);
    }

    /// The type object. Borrowed.
    public static long type() {
        return TYPE;
    }

    /// `TimerHandle.cancel()`
    @EntryPoint
    static long cancel(long self) {
        if (HandleType.markCancelled(self) && (HandleLayout.flags(self) & IN_HEAP) != 0) {
            HandleOwner owner = LoopNumbers.ownerOf(self);
            if (owner != null) {
                owner.eventLoop().timerCancelled();
            }
        }
        return Refs.retain(NONE);
    }

    /// `TimerHandle._when`
    @EntryPoint
    @Owned
    static long getWhen(long self) {
        long when = Memory.getLong(self + WHEN);
        return when != 0 ? Refs.retain(when) : NumberApi.fromDouble(Memory.getDouble(self + WHEN_SECONDS));
    }

    @EntryPoint(onError = EntryPoint.OnError.MINUS_ONE)
    static long setWhen(long self, long value) {
        if (value == 0) {
            throw ErrorApi.raise(Singletons.TYPE_ERROR, "_when cannot be deleted");
        }
        Refs.replace(self + WHEN, Refs.retain(value));
        return 0;
    }
}
