package databridge.pyloop.ffi;

import org.graalvm.nativeimage.ImageInfo;
import org.graalvm.nativeimage.c.function.CFunction.Transition;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.function.InvokeCFunctionPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.WordFactory;
import org.jspecify.annotations.Nullable;

/// Calls of C through function pointers, which the compiler turns into call instructions.
///
/// All integer and pointer parameters are `long`s, and functions with up to four (or six) of them share one shape: the
/// surplus register arguments are zero and the callee ignores them, as the System V calling conventions of x86-64 and
/// AArch64 allow.
///
/// A plain call changes no state of the thread. A blocking one marks the thread as being in native code while
/// it runs, so that a collection in another thread does not wait for it.
final class NativeCall {
    private static final int MOST_PARAMETERS = 6;

    /// Calls C on a JDK, for tests. Always null in the library.
    static @Nullable HostedCalls hosted;

    private NativeCall() {}

    /// How C is called where there is no compiled library.
    interface HostedCalls {
        /// The address of a symbol, 0 if there is none.
        long symbol(String name);

        /// Calls a function of integers.
        long call(long address, long... arguments);

        /// Calls a function of one `double`.
        long call(long address, double argument);

        /// `errno` after the last call.
        int errno();
    }

    /// A function of up to four integer or pointer parameters.
    private interface Four extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.NO_TRANSITION)
        long call(long a, long b, long c, long d);
    }

    /// A function of up to six integer or pointer parameters.
    private interface Six extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.NO_TRANSITION)
        long call(long a, long b, long c, long d, long e, long f);
    }

    /// A function of one `double`.
    private interface OneDouble extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.NO_TRANSITION)
        long call(double a);
    }

    /// A function of up to four integer or pointer parameters that may block.
    private interface BlockingFour extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.TO_NATIVE)
        long call(long a, long b, long c, long d);
    }

    /// A function of up to six integer or pointer parameters that may block.
    private interface BlockingSix extends CFunctionPointer {
        /// Calls it.
        @InvokeCFunctionPointer(transition = Transition.TO_NATIVE)
        long call(long a, long b, long c, long d, long e, long f);
    }

    /// @throws IllegalArgumentException if the function has more parameters than any shape
    static void requireShape(Prototype prototype) {
        boolean oneDouble = prototype.arity() == 1 && !prototype.returnsDouble();
        if (prototype.arity() > MOST_PARAMETERS || (prototype.usesDoubles() && !oneDouble)) {
            throw new IllegalArgumentException("no shape for " + prototype);
        }
    }

    static long call(long address, long a, long b, long c, long d) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().call(address, a, b, c, d);
        }
        Four function = WordFactory.pointer(address);
        return function.call(a, b, c, d);
    }

    static long call(long address, long a, long b, long c, long d, long e, long f) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().call(address, a, b, c, d, e, f);
        }
        Six function = WordFactory.pointer(address);
        return function.call(a, b, c, d, e, f);
    }

    static long call(long address, double a) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().call(address, a);
        }
        OneDouble function = WordFactory.pointer(address);
        return function.call(a);
    }

    static long blocking(long address, long a, long b, long c, long d) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().call(address, a, b, c, d);
        }
        BlockingFour function = WordFactory.pointer(address);
        return function.call(a, b, c, d);
    }

    static long blocking(long address, long a, long b, long c, long d, long e, long f) {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().call(address, a, b, c, d, e, f);
        }
        BlockingSix function = WordFactory.pointer(address);
        return function.call(a, b, c, d, e, f);
    }

    static int errno() {
        if (!ImageInfo.inImageRuntimeCode()) {
            return hosted().errno();
        }
        CIntPointer location = LibC.errnoLocation();
        return location.read();
    }

    static HostedCalls hosted() {
        HostedCalls calls = hosted;
        if (calls == null) {
            throw new IllegalStateException("C is called outside of the library, and no test has said how");
        }
        return calls;
    }
}
