package databridge.pyloop.ffi;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/// The only user of [Linker]: finds symbols in the process and makes downcall handles and upcall stubs.
///
/// Every new combination of parameter types costs milliseconds at start-up, another handle of a known one next to
/// nothing. So all integer and pointer parameters are `long`, and functions with up to four (or six) of them
/// share one shape: the surplus register arguments are zero and the callee ignores them, as the System V x86-64
/// and AArch64 calling conventions allow.
@SuppressWarnings("restricted")
public final class NativeLinker {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int SMALL_SHAPE = 4;
    private static final int LARGE_SHAPE = 6;
    private static final FunctionDescriptor UPCALL_SHAPE = longs(SMALL_SHAPE);
    private static final MethodHandle DLSYM = LINKER.downcallHandle(
            LINKER.defaultLookup().find("dlsym").orElseThrow(() -> new LinkageError("the C library has no dlsym")),
            longs(SMALL_SHAPE));

    private NativeLinker() {}

    /// The address of a symbol of the running process.
    ///
    /// `dlsym(RTLD_DEFAULT)` and nothing else: loading a library by name could bring a second CPython into the
    /// process.
    ///
    /// @throws LinkageError if no loaded library exports it
    public static long symbol(String name) {
        long address = optionalSymbol(name);
        if (address == 0) {
            throw new LinkageError("the running process exports no symbol '" + name + "'");
        }
        return address;
    }

    /// As [#symbol], but 0 where there is none: for symbols only some versions have.
    public static long optionalSymbol(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) DLSYM.invokeExact(0L, arena.allocateFrom(name).address(), 0L, 0L);
        } catch (Throwable impossible) {
            throw unreachable(impossible);
        }
    }

    /// A handle typed by the prototype's arity: `long`s (or `double`s) in, one out.
    static MethodHandle downcall(Prototype prototype) {
        return downcall(prototype, symbol(prototype.symbol()));
    }

    static MethodHandle criticalDowncall(Prototype prototype) {
        return downcall(prototype, symbol(prototype.symbol()), Linker.Option.critical(false));
    }

    /// A handle whose first parameter is the segment that receives `errno` inside the downcall; a later call to
    /// read it would come too late.
    static MethodHandle downcallWithErrno(Prototype prototype) {
        MemorySegment function = MemorySegment.ofAddress(symbol(prototype.symbol()));
        MethodHandle handle = LINKER.downcallHandle(function, longs(shape(prototype)), Errno.CAPTURE);
        return FaultInjection.afterDowncall(trimmed(handle, 1 + prototype.arity()));
    }

    /// A C function pointer, valid as long as the process, that calls `target`, a static method of four `long`s
    /// returning one. C functions with fewer parameters or no result are served by the same shape.
    public static long upcallStub(MethodHandle target) {
        return LINKER.upcallStub(target, UPCALL_SHAPE, Arena.global()).address();
    }

    /// For the `catch` that [MethodHandle#invokeExact] demands around a handle of C code. C throws nothing, but the
    /// Java frames of the call can lack stack or memory, and that is passed on as what it is.
    static Error unreachable(Throwable thrown) {
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return thrown instanceof Error error ? error : new AssertionError("a downcall threw", thrown);
    }

    static MethodHandle downcall(Prototype prototype, long address, Linker.Option... options) {
        MemorySegment function = MemorySegment.ofAddress(address);
        MethodHandle handle = prototype.usesDoubles()
                ? LINKER.downcallHandle(function, exactly(prototype), options)
                : trimmed(LINKER.downcallHandle(function, longs(shape(prototype)), options), prototype.arity());
        return FaultInjection.afterDowncall(handle);
    }

    private static MethodHandle trimmed(MethodHandle handle, int parameters) {
        Object[] zeros = new Object[handle.type().parameterCount() - parameters];
        Arrays.fill(zeros, 0L);
        return MethodHandles.insertArguments(handle, parameters, zeros);
    }

    private static int shape(Prototype prototype) {
        if (prototype.usesDoubles() || prototype.arity() > LARGE_SHAPE) {
            throw new IllegalArgumentException("no shape for " + prototype);
        }
        return prototype.arity() <= SMALL_SHAPE ? SMALL_SHAPE : LARGE_SHAPE;
    }

    private static FunctionDescriptor longs(int count) {
        MemoryLayout[] parameters = new MemoryLayout[count];
        Arrays.fill(parameters, JAVA_LONG);
        return FunctionDescriptor.of(JAVA_LONG, parameters);
    }

    private static FunctionDescriptor exactly(Prototype prototype) {
        MemoryLayout[] parameters = prototype.doubleParameters().stream()
                .map(isDouble -> isDouble ? JAVA_DOUBLE : JAVA_LONG)
                .toArray(MemoryLayout[]::new);
        return FunctionDescriptor.of(prototype.returnsDouble() ? JAVA_DOUBLE : JAVA_LONG, parameters);
    }
}
