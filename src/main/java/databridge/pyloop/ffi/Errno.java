package databridge.pyloop.ffi;

import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where a downcall made with [NativeLinker#downcallWithErrno] leaves `errno`.
///
/// One per thread of control that makes such calls (a poller has its own): a call that blocks without the GIL must
/// not share it.
public final class Errno {
    static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private static final long OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final MemorySegment state;

    public Errno() {
        long size = Linker.Option.captureStateLayout().byteSize();
        state = Memory.segment(Memory.allocate(size), size);
    }

    /// Gives the memory back; nothing may be called with this afterwards.
    public void free() {
        Memory.free(state.address());
    }

    /// The segment to pass as the first argument of the handle.
    public MemorySegment state() {
        return state;
    }

    /// A system call's result in the kernel's own convention: the value, or `-errno` where C returned -1.
    public int resultOf(long returned) {
        int result = (int) returned;
        return result == -1 ? -state.get(ValueLayout.JAVA_INT, OFFSET) : result;
    }
}
