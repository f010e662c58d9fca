package databridge.pyloop.cpython;

import databridge.pyloop.ffi.FaultInjection;
import databridge.pyloop.ffi.NativeLinker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// The guarded entry from C: whatever an upcall throws becomes the pending Python exception and C's error value.
///
/// A throwable that left an upcall would end the process, so nothing runs outside this guard.
public final class Trampoline {
    /// What CPython calls: four integer registers in, one out. Functions with fewer parameters ignore the rest.
    static final MethodType SIGNATURE =
            MethodType.methodType(long.class, long.class, long.class, long.class, long.class);

    private static final MethodHandle FAILED_WITH_NULL = handler("failedWithNull");
    private static final MethodHandle FAILED_WITH_MINUS_ONE = handler("failedWithMinusOne");

    // Built while there is memory and stack to do so.
    private static final long OUT_OF_MEMORY =
            UnicodeApi.interned("the Java heap of the event loop engine is exhausted");
    private static final long OUT_OF_STACK = UnicodeApi.interned("maximum recursion depth exceeded in the event loop");
    private static final long WITHOUT_TEXT =
            UnicodeApi.interned("fault in the event loop engine, which could not say what it is; please report it");

    private Trampoline() {}

    /// A function pointer for C functions that return NULL for an exception.
    ///
    /// @param target a static method with the trampoline's signature
    static long returningObject(MethodHandle target) {
        return stub(target, FAILED_WITH_NULL);
    }

    /// A function pointer for C functions that return -1 for an exception.
    static long returningStatus(MethodHandle target) {
        return stub(target, FAILED_WITH_MINUS_ONE);
    }

    /// Finds a static method `long name(long, long, long, long)`.
    ///
    /// @param lookup the declaring class's own
    public static MethodHandle method(MethodHandles.Lookup lookup, String name) {
        try {
            return lookup.findStatic(lookup.lookupClass(), name, SIGNATURE);
        } catch (ReflectiveOperationException missing) {
            throw new LinkageError("no upcall target " + lookup.lookupClass().getName() + "." + name, missing);
        }
    }

    /// Goes the ways of a fault once, while booting, so that later all classes are there: loading one takes memory,
    /// which a fault may be the lack of.
    public static void rehearse() {
        raise(new StackOverflowError());
        raise(new OutOfMemoryError());
        raiseWithoutText(new OutOfMemoryError());
        raiseWithoutText(new IllegalStateException());
        ErrorApi.clear();
    }

    private static long stub(MethodHandle target, MethodHandle handler) {
        MethodHandle guarded =
                MethodHandles.catchException(FaultInjection.beforeUpcall(target), Throwable.class, handler);
        return NativeLinker.upcallStub(guarded);
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static long failedWithNull(Throwable thrown) {
        raise(thrown);
        return 0;
    }

    @SuppressWarnings("UnusedMethod") // found by name
    private static long failedWithMinusOne(Throwable thrown) {
        raise(thrown);
        return -1;
    }

    private static void raise(Throwable thrown) {
        try {
            Faults.raise(thrown, OUT_OF_MEMORY, OUT_OF_STACK);
        } catch (Throwable again) {
            raiseWithoutText(again);
        }
    }

    /// Where making the message has failed, for want of memory most likely.
    private static void raiseWithoutText(Throwable failure) {
        try {
            if (failure instanceof OutOfMemoryError) {
                ErrorApi.raiseObject(Singletons.MEMORY_ERROR, OUT_OF_MEMORY);
            } else if (!(failure instanceof PyError)) {
                ErrorApi.raiseObject(Singletons.RUNTIME_ERROR, WITHOUT_TEXT);
            }
        } catch (Throwable again) {
            // C then reports a SystemError for the missing exception, which is still an exception.
        }
    }

    private static MethodHandle handler(String name) {
        try {
            return MethodHandles.lookup()
                    .findStatic(Trampoline.class, name, MethodType.methodType(long.class, Throwable.class));
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(name, impossible);
        }
    }
}
