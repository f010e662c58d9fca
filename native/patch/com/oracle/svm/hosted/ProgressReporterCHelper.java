package com.oracle.svm.hosted;

/// Takes the place of the class of this name in the builder, which loads a native library that only a complete GraalVM
/// has. Without it the builder cannot report its progress and refuses to run.
public final class ProgressReporterCHelper {
    static final int MAX_CHARACTERS_PER_LINE = 120;

    private ProgressReporterCHelper() {}

    /// Lines as long as the log of a build is wide, whatever the terminal.
    public static int getTerminalWindowColumnsClamped() {
        return MAX_CHARACTERS_PER_LINE;
    }

    /// Unknown, which the builder leaves out of its report; the build measures it from outside.
    public static long getPeakRSS() {
        return -1;
    }
}
