package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.c.CGlobalData;
import com.oracle.svm.core.c.CGlobalDataFactory;
import com.oracle.svm.core.snippets.KnownIntrinsics;
import databridge.pyloop.ffi.LibC;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.WordPointer;
import org.graalvm.word.Pointer;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/// Finds the stack of the main thread without `/proc`: from the address that the dynamic linker has stored,
/// down to what the limit on the size of stacks allows.
final class MainThreadStack {
    private static final int RLIMIT_STACK = 3;
    private static final int RLIMIT_SIZE = 16;

    /// The kernel keeps at least so much free below the stack, whatever the limit was when the program was started.
    private static final long LARGEST_CERTAIN = 64 << 20;

    /// The assumed size of a stack whose limit is larger, infinite or unknown: the usual one.
    private static final long USUAL_SIZE = 8 << 20;

    private static final CGlobalData<CCharPointer> LIBC_STACK_END =
            CGlobalDataFactory.createCString("__libc_stack_end");

    private MainThreadStack() {}

    /// @param high receives the address behind the highest byte
    /// @param low receives the address of the lowest byte
    /// @param guess whether to assume the usual size where the limit is unknown or too large to be certain
    /// @return false in other threads, and where the limit is such and no guess is allowed
    @Uninterruptible(reason = "Called from uninterruptible code.", mayBeInlined = true)
    static boolean lookup(WordPointer high, WordPointer low, boolean guess) {
        Pointer variable = (Pointer) LibC.dlsym(WordFactory.nullPointer(), LIBC_STACK_END.get());
        Pointer limit = StackValue.get(RLIMIT_SIZE);
        if (variable.isNull()) {
            return false;
        }
        UnsignedWord end = variable.readWord(0);
        boolean limitIsKnown = LibC.getResourceLimit(RLIMIT_STACK, limit) == 0; // a sandbox may refuse the call
        long size = limitIsKnown ? limit.readLong(0) : -1; // rlim_cur, negative if infinite
        if (size < 0 || size > LARGEST_CERTAIN) {
            if (!guess) {
                return false;
            }
            size = USUAL_SIZE;
        }
        long depth = end.rawValue() - KnownIntrinsics.readStackPointer().rawValue();
        if (depth < 0 || depth > size) {
            return false;
        }
        high.write(end);
        low.write(end.subtract(WordFactory.unsigned(size)));
        return true;
    }
}
