package databridge.pyloop.runtime;

import com.oracle.svm.core.snippets.KnownIntrinsics;
import com.oracle.svm.core.thread.VMThreads;
import org.graalvm.nativeimage.ImageInfo;

/// How much of this thread's stack is left.
public final class StackBounds {
    private StackBounds() {}

    /// In bytes, down to the end of the stack as it was when the thread was attached; much where it is not known, and
    /// negative where somebody runs this code on a stack of his own that lies below.
    public static long left() {
        if (!ImageInfo.inImageRuntimeCode()) {
            return Long.MAX_VALUE;
        }
        return KnownIntrinsics.readStackPointer().rawValue()
                - VMThreads.StackEnd.get().rawValue();
    }
}
