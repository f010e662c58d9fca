package databridge.pyloop.ffi;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// Calls C on a JDK, through `java.lang.foreign`, so that layers which need only the C library are tested
/// with JUnit. A test of such a layer installs it before it touches any class of the engine.
@SuppressWarnings("restricted")
public final class FfmCalls implements NativeCall.HostedCalls {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final long ERRNO =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private final MemorySegment state = Arena.global().allocate(Linker.Option.captureStateLayout());

    private FfmCalls() {}

    /// Makes the engine call C through this class from now on.
    public static void install() {
        NativeCall.hosted = new FfmCalls();
    }

    @Override
    public long symbol(String name) {
        return LINKER.defaultLookup().find(name).map(MemorySegment::address).orElse(0L);
    }

    @Override
    public long call(long address, long... arguments) {
        MemoryLayout[] parameters = new MemoryLayout[arguments.length];
        Arrays.fill(parameters, JAVA_LONG);
        Object[] values = new Object[arguments.length + 1];
        values[0] = state;
        for (int i = 0; i < arguments.length; i++) {
            values[i + 1] = arguments[i];
        }
        return invoke(handle(address, FunctionDescriptor.of(JAVA_LONG, parameters)), values);
    }

    @Override
    public long call(long address, double argument) {
        return invoke(handle(address, FunctionDescriptor.of(JAVA_LONG, JAVA_DOUBLE)), state, argument);
    }

    @Override
    public int errno() {
        return state.get(JAVA_INT, ERRNO);
    }

    private static MethodHandle handle(long address, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(MemorySegment.ofAddress(address), descriptor, CAPTURE);
    }

    private static long invoke(MethodHandle handle, Object... arguments) {
        try {
            return (long) handle.invokeWithArguments(arguments);
        } catch (Throwable impossible) {
            throw new AssertionError("a function of C threw", impossible);
        }
    }
}
