package databridge.pyloop.runtime;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// Replaces the runtime's start of the JDK's native libraries, none of which is linked.
///
/// The original also raises the limit of open files to the maximum for the whole process, in which the engine
/// is a guest.
@TargetClass(className = "com.oracle.svm.core.posix.PosixNativeLibrarySupport")
final class NoNativeLibraries {
    private NoNativeLibraries() {}

    /// Replaces the method of this name; there is nothing to initialise.
    @Substitute
    public boolean initializeBuiltinLibraries() {
        return true;
    }
}
