package databridge.pyloop.transports;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.CallApi;
import databridge.pyloop.cpython.DescriptorLayout;
import databridge.pyloop.cpython.ImportApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.TypeApi;
import databridge.pyloop.ffi.Memory;
import databridge.pyloop.loop.LoopEngine;

/// `asyncio.transports._FlowControlMixin`: the base of the transports that write, and what it keeps in its slots.
public final class FlowControl {
    /// The class. Borrowed.
    static long TYPE;

    /// Where fields of our own begin.
    static long END;

    private static long LOOP;
    private static long HIGH_WATER;
    private static long LOW_WATER;
    private static long PROTOCOL_PAUSED;
    /// The marks that a new transport has, `int` objects.
    private static long defaultHighWater;

    private static long defaultLowWater;
    private static final PyName MAYBE_PAUSE = PyName.of("_maybe_pause_protocol");
    private static final PyName MAYBE_RESUME = PyName.of("_maybe_resume_protocol");

    private FlowControl() {}

    /// The class. Borrowed.
    @Borrowed
    public static long type() {
        return TYPE;
    }

    /// Where fields behind those of an instance begin, in bytes from its address.
    public static long end() {
        return END;
    }

    static void bind() {
        TYPE = ImportApi.attribute("asyncio.transports", "_FlowControlMixin");
        END = TypeApi.basicSize(TYPE);
        LOOP = DescriptorLayout.memberOffset(TYPE, "_loop");
        HIGH_WATER = DescriptorLayout.memberOffset(TYPE, "_high_water");
        LOW_WATER = DescriptorLayout.memberOffset(TYPE, "_low_water");
        PROTOCOL_PAUSED = DescriptorLayout.memberOffset(TYPE, "_protocol_paused");
        long fresh = PyError.orThrow(CallApi.call(TYPE, Singletons.NONE, Singletons.TRUE)); // extra, any loop
        defaultHighWater = Refs.retainField(fresh + HIGH_WATER);
        defaultLowWater = Refs.retainField(fresh + LOW_WATER);
        Refs.release(fresh);
    }

    /// Does what the constructor does to a new transport object, whose fields are NULL.
    static void initialise(long transport, long loop) {
        Memory.putLong(transport + LOOP, Refs.retain(loop));
        Memory.putLong(transport + PROTOCOL_PAUSED, Refs.retain(Singletons.FALSE));
        Memory.putLong(transport + HIGH_WATER, Refs.retain(defaultHighWater));
        Memory.putLong(transport + LOW_WATER, Refs.retain(defaultLowWater));
    }

    /// The transport's `_loop`, NULL if it was deleted; None once the connection has ended.
    @Borrowed
    static long loop(long transport) {
        return Memory.getLong(transport + LOOP);
    }

    /// Sets `_loop` to None.
    static void forgetLoop(long transport) {
        Refs.replace(transport + LOOP, Refs.retain(Singletons.NONE));
    }

    /// Calls asyncio's code, which pauses the protocol, if more bytes wait to be written than the high-water
    /// mark allows.
    ///
    /// @param transport the transport object
    /// @param waiting how many bytes wait
    ///
    /// @throws databridge.pyloop.cpython.PyError what that code raised
    static void maybePause(long transport, long waiting) {
        long limit = Memory.getLong(transport + HIGH_WATER);
        if (limit == 0 || waiting > NumberApi.exactLong(limit, -1)) { // asyncio compares any numbers
            CallApi.run(MAYBE_PAUSE, transport);
        }
    }

    /// Calls asyncio's code, which resumes a protocol that is paused if few enough bytes wait to be written.
    ///
    /// @param transport the transport object
    /// @return an exception that must leave the loop, or 0
    @Owned
    static long maybeResume(LoopEngine engine, long transport) {
        boolean paused = Memory.getLong(transport + PROTOCOL_PAUSED) == Singletons.TRUE;
        return paused ? Failures.reportIfFailed(engine, transport, CallApi.callMethod(MAYBE_RESUME, transport)) : 0;
    }
}
