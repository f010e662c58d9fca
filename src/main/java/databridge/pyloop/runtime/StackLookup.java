package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.posix.headers.Pthread;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.WordPointer;
import org.graalvm.word.UnsignedWord;

/// Finds the stack of a thread. Replaces the runtime's own lookup, which only uses the C library. In the main
/// thread the C library reads `/proc/self/maps`: that takes longer than the rest of the start of a thread,
/// and fails where `/proc` is not mounted.
@TargetClass(className = "com.oracle.svm.core.posix.linux.LinuxStackOverflowSupport")
final class StackLookup {
    private StackLookup() {}

    /// @param high receives the address behind the highest byte
    /// @param low receives the address of the lowest byte that is no guard
    @Substitute
    @Uninterruptible(reason = "Called from uninterruptible code.", mayBeInlined = true)
    @SuppressWarnings("UnusedMethod") // replaces that of the runtime
    private static boolean lookupStack0(WordPointer high, WordPointer low) {
        if (MainThreadStack.lookup(high, low, false)) {
            return true;
        }
        Pthread.pthread_attr_t attributes = StackValue.get(Pthread.pthread_attr_t.class);
        if (Pthread.pthread_attr_init_no_transition(attributes) != 0) {
            return false;
        }
        // The C library writes where the stack is and then asks for the thread's processors, which a sandbox may
        // refuse. The attributes need no destruction then.
        boolean complete = Pthread.pthread_getattr_np(Pthread.pthread_self(), attributes) == 0;
        if (!complete && MainThreadStack.lookup(high, low, true)) {
            return true;
        }
        WordPointer start = StackValue.get(WordPointer.class);
        WordPointer size = StackValue.get(WordPointer.class);
        WordPointer guard = StackValue.get(WordPointer.class);
        boolean known = Pthread.pthread_attr_getstack(attributes, start, size) == 0
                && size.read().rawValue() != 0
                && Pthread.pthread_attr_getguardsize(attributes, guard) == 0;
        if (known) {
            UnsignedWord lowest = start.read();
            UnsignedWord length = size.read();
            UnsignedWord protectedBytes = guard.read();
            high.write(lowest.add(length));
            low.write(lowest.add(protectedBytes));
        }
        if (complete) {
            Pthread.pthread_attr_destroy(attributes);
        }
        return known;
    }
}
