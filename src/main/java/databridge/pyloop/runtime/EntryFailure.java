package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.stack.StackOverflowCheck;
import org.graalvm.nativeimage.c.function.CEntryPoint;

/// Turns what an [EntryPoint] has thrown into C's error value and a pending Python exception: a throwable
/// that reached a C frame would end the process. With the GIL.
public final class EntryFailure {
    private static Reporter reporter = thrown -> {};

    private EntryFailure() {}

    /// Turns a throwable into the pending Python exception.
    @FunctionalInterface
    public interface Reporter {
        /// Makes the exception. Must not throw.
        void report(Throwable thrown);
    }

    /// Sets the reporter when the engine starts.
    public static void setReporter(Reporter function) {
        reporter = function;
    }

    /// For functions that return a null pointer.
    public static final class ReturnNull implements CEntryPoint.ExceptionHandler {
        @Uninterruptible(reason = "called where nothing can be caught any more", calleeMustBe = false)
        static long handle(Throwable thrown) {
            report(thrown);
            return 0;
        }
    }

    /// For functions that return -1.
    public static final class ReturnMinusOne implements CEntryPoint.ExceptionHandler {
        @Uninterruptible(reason = "called where nothing can be caught any more", calleeMustBe = false)
        static long handle(Throwable thrown) {
            report(thrown);
            return -1;
        }
    }

    @Uninterruptible(reason = "called where nothing can be caught any more", calleeMustBe = false)
    private static void report(Throwable thrown) {
        if (thrown instanceof StackOverflowError) {
            // Reporting an overflow needs the reserve of the stack.
            StackOverflowCheck.singleton().makeYellowZoneAvailable();
            reporter.report(thrown);
            StackOverflowCheck.singleton().protectYellowZone();
        } else {
            reporter.report(thrown);
        }
    }
}
