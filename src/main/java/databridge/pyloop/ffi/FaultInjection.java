package databridge.pyloop.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.invoke.MethodType.methodType;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Throws where a test wants it: at the entry of an upcall, or when a downcall has returned.
///
/// For the tests of what the process survives. The system property `databridge.pyloop.faults` is the address of four
/// 64-bit cells, which the test owns; without it nothing is wrapped, and calls are what they would be without this
/// class. Any thread, with the GIL or without.
@SuppressWarnings("restricted")
public final class FaultInjection {
    /// The system property.
    static final String PROPERTY = "databridge.pyloop.faults";

    /// How many places of the chosen kind have yet to be passed; the one that makes it 0 throws.
    private static final long COUNTDOWN = 0;
    /// [#ENTRY] or [#RETURN].
    private static final long PLACE = 8;
    /// What is thrown, see [#throwable].
    private static final long THROWABLE = 16;
    /// What the countdown becomes after a throw; 0 for only one.
    private static final long AGAIN = 24;
    private static final long SIZE = 32;

    private static final long ENTRY = 1;
    private static final long RETURN = 2;

    private static final VarHandle CELL = JAVA_LONG.varHandle();
    private static final @Nullable MemorySegment CELLS = cells(System.getProperty(PROPERTY));

    private FaultInjection() {}

    /// The target of an upcall, perhaps with a fault before it.
    public static MethodHandle beforeUpcall(MethodHandle target) {
        return CELLS == null ? target : MethodHandles.foldArguments(target, method("entered", methodType(void.class)));
    }

    /// A handle of C code, perhaps with a fault after it.
    static MethodHandle afterDowncall(MethodHandle handle) {
        if (CELLS == null) {
            return handle;
        }
        Class<?> result = handle.type().returnType();
        return MethodHandles.filterReturnValue(handle, method("returned", methodType(result, result)));
    }

    private static @Nullable MemorySegment cells(@Nullable String address) {
        return address == null
                ? null
                : MemorySegment.ofAddress(Long.decode(address)).reinterpret(SIZE);
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static void entered() {
        pass(ENTRY);
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static long returned(long result) {
        pass(RETURN);
        return result;
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static double returned(double result) {
        pass(RETURN);
        return result;
    }

    private static void pass(long place) {
        MemorySegment cells = CELLS;
        if (cells == null
                || cells.get(JAVA_LONG, PLACE) != place
                || (long) CELL.getAndAdd(cells, COUNTDOWN, -1L) != 1) {
            return;
        }
        CELL.setVolatile(cells, COUNTDOWN, cells.get(JAVA_LONG, AGAIN));
        Throwable thrown = throwable(cells.get(JAVA_LONG, THROWABLE));
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    private static Throwable throwable(long kind) {
        return switch ((int) kind) {
            case 1 -> new StackOverflowError("injected");
            case 2 -> new OutOfMemoryError("injected");
            case 3 -> new AssertionError("injected");
            case 4 -> new Unprintable();
            default -> new IllegalStateException("injected");
        };
    }

    /// Fails when somebody wants to say what it is.
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no text");
        }
    }

    private static MethodHandle method(String name, MethodType type) {
        try {
            return MethodHandles.lookup().findStatic(FaultInjection.class, name, type);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(name, impossible);
        }
    }
}
