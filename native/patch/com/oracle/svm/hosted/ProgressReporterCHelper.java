package com.oracle.svm.hosted;

/// Replaces the class of this name in the builder, which loads a native library that only a complete GraalVM
/// has. Without it the builder cannot report its progress and refuses to run.
public final class ProgressReporterCHelper {
    static final int MAX_CHARACTERS_PER_LINE = 120;

    private ProgressReporterCHelper() {}

    /// The width of a line in the log of a build, independent of the terminal.
    public static int getTerminalWindowColumnsClamped() {
        return MAX_CHARACTERS_PER_LINE;
    }

    /// Unknown: the builder then omits it from its report, and the build measures it from outside.
    public static long getPeakRSS() {
        return -1;
    }
}
