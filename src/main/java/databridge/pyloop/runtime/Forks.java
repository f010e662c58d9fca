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

/// Keeps the Java runtime usable in forked children, in which only the forking thread exists.
///
/// `fork` copies the memory of the process and one thread. A lock that another thread holds at that moment
/// stays locked in the child for ever, and a structure that it changes stays half changed
/// (pthread_atfork(3)). The engine starts no threads, so a child lacks only threads of the program. Two
/// things remain.
///
/// *Locks.* All state of the engine is used with the GIL held, and `os.fork` holds the GIL. There is one
/// lock of the runtime that a thread takes without the GIL: that of the list of threads, when a thread
/// ends. The handlers of `pthread_atfork` hold it around each fork, so in a child it is never held by a
/// thread that does not exist there. They also run in forks that C code makes, in threads that may never
/// have entered Java.
///
/// *The list of threads.* In a child it still contains threads that do not exist there. Python's fork handler
/// calls `_engine._after_fork_in_child` before any other code of the engine. It marks these threads as being
/// outside of Java ([#forgetOtherThreads]), so that no collection waits for them, and adjusts the counts of
/// [ThreadEntry] and [Collector]. This needs the GIL.
///
/// A child shares open files with its parent, also the set of an epoll poller, which the engine cannot
/// change; see `EpollPoller`.
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

    /// Marks the threads of the parent as being outside of Java. Called in a child, with the GIL.
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

    /// Makes objects of the library accessible. The handlers need no more, and the forking thread may never
    /// have entered Java.
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
