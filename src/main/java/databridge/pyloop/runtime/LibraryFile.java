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

/// The file of the library. The runtime maps it a second time, for data that programs change, and would keep
/// it open for further isolates. There are none. An open descriptor could be one of 0 to 2, which programs
/// use for other files.
final class LibraryFile {
    private LibraryFile() {}

    /// Closes the file, which the creation of the isolate has opened.
    @Uninterruptible(reason = "called before any Java code runs")
    static void close() {
        WordPointer descriptor = HeapProvider.CACHED_IMAGE_FD.get();
        SignedWord open = descriptor.read();
        if (open.rawValue() >= 0) { // negative where there is no /proc to find the file with
            Unistd.NoTransitions.close((int) open.rawValue());
            descriptor.write(WordFactory.signed(-1)); // its value before the file is opened
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
