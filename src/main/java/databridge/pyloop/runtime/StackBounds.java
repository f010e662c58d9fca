package databridge.pyloop.runtime;

import com.oracle.svm.core.snippets.KnownIntrinsics;
import com.oracle.svm.core.thread.VMThreads;
import org.graalvm.nativeimage.ImageInfo;

/// How much of this thread's stack is left.
public final class StackBounds {
    private StackBounds() {}

    /// The number of bytes from here down to the end of the stack, as it was when the thread was attached.
    /// Large where the end is not known; negative if the code runs on another stack, at lower addresses.
    public static long left() {
        if (!ImageInfo.inImageRuntimeCode()) {
            return Long.MAX_VALUE;
        }
        return KnownIntrinsics.readStackPointer().rawValue()
                - VMThreads.StackEnd.get().rawValue();
    }
}
