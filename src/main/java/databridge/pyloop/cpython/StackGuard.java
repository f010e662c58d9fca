package databridge.pyloop.cpython;

import databridge.pyloop.ffi.CFunction;
import databridge.pyloop.ffi.Memory;

/// Refuses to call Python when little of the C stack is left.
///
/// A stack overflow at the entry of an upcall happens before any Java `catch` and ends the process; so it has to be
/// ruled out one step earlier, where Java is about to call Python. With the GIL.
public final class StackGuard {
    /// Room for the Java frames of the next upcall and the guard and shadow zones of a Java stack.
    private static final long MARGIN = 192 * 1024;

    /// `uc_mcontext.gregs[REG_RSP]` of x86-64's `ucontext_t` (sys/ucontext.h).
    private static final long UCONTEXT_RSP = 160;
    private static final long UCONTEXT_ROOM = 4096;
    private static final long PTHREAD_ATTR_ROOM = 256;

    private static final CFunction GETCONTEXT = CFunction.of("int getcontext(ucontext_t *ucp)");
    private static final CFunction PTHREAD_SELF = CFunction.of("pthread_t pthread_self(void)");
    private static final CFunction PTHREAD_GETATTR_NP =
            CFunction.of("int pthread_getattr_np(pthread_t thread, pthread_attr_t *attr)");
    private static final CFunction PTHREAD_ATTR_GETSTACK =
            CFunction.of("int pthread_attr_getstack(const pthread_attr_t *attr, void **stackaddr, size_t *stacksize)");
    private static final CFunction PTHREAD_ATTR_DESTROY =
            CFunction.of("int pthread_attr_destroy(pthread_attr_t *attr)");

    /// Shared by all threads: it is filled and read under the GIL.
    private static final long UCONTEXT = Memory.allocateForever(UCONTEXT_ROOM);

    private static final ThreadLocal<Long> STACK_LOW = ThreadLocal.withInitial(StackGuard::stackLow);

    private static final int EVERY = 8;

    /// Of all threads together, under the GIL: too many looks do no harm.
    private static int nesting;

    private StackGuard() {}

    /// To be called before Python is entered from an upcall that can nest.
    ///
    /// @throws PyError RecursionError, if less than the margin is left
    public static void check() {
        GETCONTEXT.call(UCONTEXT);
        if (Memory.getLong(UCONTEXT + UCONTEXT_RSP) - STACK_LOW.get() < MARGIN) {
            throw ErrorApi.raise(
                    Singletons.RECURSION_ERROR,
                    "maximum recursion depth exceeded: the C stack of this thread is nearly used up");
        }
    }

    /// As [#check] for calls that are too frequent for it: looks at every eighth that is nested in others. To be
    /// paired with [#leave].
    public static void enter() {
        if ((nesting & (EVERY - 1)) == EVERY - 1) {
            check();
        }
        nesting++;
    }

    public static void leave() {
        nesting--;
    }

    /// The lowest address of the current thread's stack.
    private static long stackLow() {
        long room = Memory.allocate(PTHREAD_ATTR_ROOM);
        try {
            long address = room + PTHREAD_ATTR_ROOM - 2 * Long.BYTES;
            if ((int) PTHREAD_GETATTR_NP.call(PTHREAD_SELF.call(), room) != 0) {
                return 0;
            }
            PTHREAD_ATTR_GETSTACK.call(room, address, address + Long.BYTES);
            PTHREAD_ATTR_DESTROY.call(room);
            return Memory.getLong(address);
        } finally {
            Memory.free(room);
        }
    }
}
