package databridge.pyloop.runtime;

import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.stack.StackOverflowCheck;
import org.graalvm.nativeimage.c.function.CEntryPoint;

/// What an [EntryPoint] threw becomes C's error value: nothing thrown in Java may reach a C frame, which would end the
/// process. With the GIL.
public final class EntryFailure {
    private static Reporter reporter = thrown -> {};

    private EntryFailure() {}

    /// Makes of a throwable what the caller of the entry point is told.
    @FunctionalInterface
    public interface Reporter {
        /// Must not throw.
        void report(Throwable thrown);
    }

    /// Set once, when the engine starts.
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
            // The reserve of the stack is there to tell of its overflow.
            StackOverflowCheck.singleton().makeYellowZoneAvailable();
            reporter.report(thrown);
            StackOverflowCheck.singleton().protectYellowZone();
        } else {
            reporter.report(thrown);
        }
    }
}
