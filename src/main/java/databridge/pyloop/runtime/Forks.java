package databridge.pyloop.runtime;

import com.oracle.svm.core.Isolates;
import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.TargetClass;
import com.oracle.svm.core.c.function.CEntryPointOptions;
import com.oracle.svm.core.graal.snippets.CEntryPointSnippets;
import com.oracle.svm.core.locks.VMMutex;
import com.oracle.svm.core.thread.VMThreads;
import databridge.pyloop.ffi.LibC;
import org.graalvm.nativeimage.CurrentIsolate;
import org.graalvm.nativeimage.Isolate;
import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.c.function.CEntryPoint;
import org.graalvm.nativeimage.c.function.CEntryPointLiteral;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.word.WordFactory;

/// Keeps the Java runtime usable in forked children, in which the forking thread alone exists.
///
/// The one lock of the runtime that a thread takes without the GIL is that of the list of threads, when a thread
/// ends. The handlers of `pthread_atfork` hold it around each fork, so that a child never inherits it in the hands of
/// a thread that is not there. What the child then does of its own, [#forgetOtherThreads], needs the GIL and is
/// called by Python's handler.
final class Forks {
    private static final CEntryPointLiteral<CFunctionPointer> BEFORE = CEntryPointLiteral.create(Forks.class, "before");
    private static final CEntryPointLiteral<CFunctionPointer> AFTER = CEntryPointLiteral.create(Forks.class, "after");

    private Forks() {}

    /// Registers the handlers, once in a process.
    static void register() {
        LibC.registerAtFork(
                BEFORE.getFunctionPointer(),
                AFTER.getFunctionPointer(),
                AFTER.getFunctionPointer(),
                WordFactory.nullPointer());
    }

    /// In a child: the runtime forgets the threads that do not exist here.
    @Uninterruptible(reason = "the list of threads must not change meanwhile")
    static void forgetOtherThreads() {
        Threads.THREAD_MUTEX.lockNoTransitionUnspecifiedOwner();
        IsolateThread thread = VMThreads.firstThreadUnsafe();
        while (thread.isNonNull()) {
            IsolateThread next = VMThreads.nextTL.get(thread);
            if (thread.notEqual(CurrentIsolate.getCurrentThread())) {
                VMThreads.StatusSupport.statusTL.set(thread, VMThreads.StatusSupport.STATUS_IN_NATIVE);
            }
            thread = next;
        }
        Threads.THREAD_MUTEX.unlockNoTransitionUnspecifiedOwner();
    }

    /// Gives access to objects of the library, which is all that the handlers need: the forking thread may be one that
    /// has never entered Java.
    static final class HeapOnly implements CEntryPointOptions.Prologue {
        @Uninterruptible(reason = "the thread has no Java state")
        static void enter() {
            CEntryPointSnippets.initBaseRegisters(Isolates.getHeapBase((Isolate) ThreadEntry.isolate()));
        }
    }

    @CEntryPoint
    @CEntryPointOptions(prologue = HeapOnly.class, epilogue = CEntryPointOptions.NoEpilogue.class)
    @Uninterruptible(reason = "the thread has no Java state")
    static void before() {
        Threads.THREAD_MUTEX.lockNoTransitionUnspecifiedOwner();
    }

    @CEntryPoint
    @CEntryPointOptions(prologue = HeapOnly.class, epilogue = CEntryPointOptions.NoEpilogue.class)
    @Uninterruptible(reason = "the thread has no Java state")
    static void after() {
        Threads.THREAD_MUTEX.unlockNoTransitionUnspecifiedOwner();
    }

    /// The runtime's own list of threads.
    @TargetClass(VMThreads.class)
    private static final class Threads {
        @Alias
        @SuppressWarnings("NullAway") // the runtime's own field takes its place
        static VMMutex THREAD_MUTEX;
    }
}
