package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.RecomputeFieldValue;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.c.CGlobalData;
import com.oracle.svm.core.posix.headers.Unistd;
import com.oracle.svm.core.posix.linux.LinuxImageHeapProvider;
import org.graalvm.nativeimage.c.type.WordPointer;
import org.graalvm.word.SignedWord;
import org.graalvm.word.WordFactory;

/// The file of the library, which the runtime maps once more for the data that programs change, and would keep open for
/// further isolates. There are none, and a guest in a process keeps no descriptor: it could be one of 0 to 2.
final class LibraryFile {
    private LibraryFile() {}

    /// Closes what making the isolate has opened.
    @Uninterruptible(reason = "called before any Java code runs")
    static void close() {
        WordPointer descriptor = HeapProvider.CACHED_IMAGE_FD.get();
        SignedWord open = descriptor.read();
        if (open.rawValue() >= 0) { // negative where there is no /proc to find the file with
            Unistd.NoTransitions.close((int) open.rawValue());
            descriptor.write(WordFactory.signed(-1)); // what it says before the file is opened
        }
    }

    /// The runtime's own class.
    @TargetClass(LinuxImageHeapProvider.class)
    private static final class HeapProvider {
        @Alias
        @RecomputeFieldValue(kind = RecomputeFieldValue.Kind.None, isFinal = true)
        @SuppressWarnings("NullAway") // the runtime's own field takes its place
        static CGlobalData<WordPointer> CACHED_IMAGE_FD;
    }
}
