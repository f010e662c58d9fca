package databridge.pyloop.runtime;

import com.oracle.svm.core.Isolates;
import com.oracle.svm.core.Uninterruptible;
import com.oracle.svm.core.c.CGlobalData;
import com.oracle.svm.core.c.CGlobalDataFactory;
import com.oracle.svm.core.c.function.CEntryPointActions;
import com.oracle.svm.core.c.function.CEntryPointErrors;
import com.oracle.svm.core.c.function.CEntryPointOptions;
import com.oracle.svm.core.c.function.CEntryPointSetup;
import com.oracle.svm.core.graal.nodes.WriteCurrentVMThreadNode;
import com.oracle.svm.core.graal.snippets.CEntryPointSnippets;
import com.oracle.svm.core.snippets.KnownIntrinsics;
import com.oracle.svm.core.stack.StackOverflowCheck;
import com.oracle.svm.core.thread.VMThreads;
import com.oracle.svm.core.threadlocal.FastThreadLocal;
import com.oracle.svm.core.threadlocal.FastThreadLocalFactory;
import com.oracle.svm.core.threadlocal.FastThreadLocalInt;
import databridge.pyloop.ffi.LibC;
import org.graalvm.nativeimage.CurrentIsolate;
import org.graalvm.nativeimage.Isolate;
import org.graalvm.nativeimage.IsolateThread;
import org.graalvm.nativeimage.StackValue;
import org.graalvm.nativeimage.c.function.CEntryPoint;
import org.graalvm.nativeimage.c.function.CEntryPointLiteral;
import org.graalvm.nativeimage.c.function.CFunctionPointer;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.WordPointer;
import org.graalvm.word.Pointer;
import org.graalvm.word.WordBase;
import org.graalvm.word.WordFactory;

/// How a thread gets from C into Java and back: what [Enter] and [Leave] do around each [EntryPoint].
///
/// A thread is attached to the Java runtime when it enters first, and detached when it ends, no matter what
/// code started it: a thread-specific value of pthreads holds its Java state and has a destructor. Entries
/// need the GIL, so no two threads enter or leave at the same time.
///
/// Each thread counts how deep it is inside, and the process how many threads are inside at all. By these
/// counts [Collector] knows whether there are Java frames that it cannot find.
public final class ThreadEntry {
    // Memory outside of the Java heap, because an entering thread cannot use the heap before it has
    // read this.
    private static final int ISOLATE = 0;
    private static final int KEY = 8;
    private static final int THREADS_INSIDE = 12;
    private static final CGlobalData<Pointer> PROCESS = CGlobalDataFactory.createBytes(() -> 16);

    /// The stack that Java code needs to detect that there is too little, in bytes: the runtime's reserve of
    /// 40 KiB, and some frames.
    private static final int LEAST_STACK = 46 * 1024;

    /// The stack that the start of the engine needs, in bytes: it calls more of Python than any later entry.
    private static final int LEAST_STACK_TO_START = 160 * 1024;

    /// What [Enter] returns where less is left. The runtime's own codes are positive.
    private static final int NO_STACK = -1;

    /// What [Load] returns where the process has no thread-specific key left.
    private static final int NO_KEY = -2;

    /// What both return where the thread's value of the key cannot be set.
    private static final int NO_MEMORY = -3;

    private static final FastThreadLocalInt DEPTH =
            FastThreadLocalFactory.createInt("pyloop.depth").setMaxOffset(FastThreadLocal.FIRST_CACHE_LINE);

    private static final CEntryPointLiteral<CFunctionPointer> THREAD_ENDS =
            CEntryPointLiteral.create(ThreadEntry.class, "threadEnds", IsolateThread.class);

    private ThreadEntry() {}

    /// Runs before an entry point.
    public static final class Enter implements CEntryPointOptions.Prologue {
        @Uninterruptible(reason = "the thread has no Java state yet")
        static int enter() {
            Pointer process = PROCESS.get();
            IsolateThread thread = LibC.getSpecific(process.readInt(KEY));
            if (thread.isNull()) {
                return attach(process);
            }
            if (lacksStack(thread)) {
                return NO_STACK;
            }
            WriteCurrentVMThreadNode.writeCurrentVMThread(thread);
            CEntryPointSnippets.initBaseRegisters(Isolates.getHeapBase((Isolate) process.readWord(ISOLATE)));
            int depth = DEPTH.get();
            DEPTH.set(depth + 1);
            if (depth == 0) {
                process.writeInt(THREADS_INSIDE, process.readInt(THREADS_INSIDE) + 1);
                VMThreads.StatusSupport.statusTL.set(VMThreads.StatusSupport.STATUS_IN_JAVA);
            }
            return 0;
        }
    }

    /// Runs after an entry point.
    public static final class Leave implements CEntryPointOptions.Epilogue {
        @Uninterruptible(reason = "the thread leaves Java")
        static void leave() {
            int depth = DEPTH.get() - 1;
            DEPTH.set(depth);
            if (depth == 0) {
                Pointer process = PROCESS.get();
                process.writeInt(THREADS_INSIDE, process.readInt(THREADS_INSIDE) - 1);
                VMThreads.StatusSupport.statusTL.set(VMThreads.StatusSupport.STATUS_IN_NATIVE);
            }
        }
    }

    /// Runs if a thread could not enter, for functions that return a null pointer.
    public static final class ReturnNull implements CEntryPointOptions.PrologueBailout {
        @Uninterruptible(reason = "the thread has no Java state")
        static long bailout(int code) {
            refuse(code);
            return 0;
        }
    }

    /// Runs if a thread could not enter, for functions that return -1.
    public static final class ReturnMinusOne implements CEntryPointOptions.PrologueBailout {
        @Uninterruptible(reason = "the thread has no Java state")
        static long bailout(int code) {
            refuse(code);
            return -1;
        }
    }

    /// Runs before the entry point that Python calls to load the library. The first call creates the isolate.
    public static final class Load implements CEntryPointOptions.Prologue {
        @Uninterruptible(reason = "the thread has no Java state yet")
        static int enter() {
            Pointer process = PROCESS.get();
            if (process.readWord(ISOLATE).rawValue() != 0) {
                return Enter.enter();
            }
            if (isStackSmallerThan(LEAST_STACK_TO_START)) {
                return NO_STACK;
            }
            int code = CEntryPointActions.enterCreateIsolate(WordFactory.nullPointer());
            LibraryFile.close();
            if (code != 0) {
                return code;
            }
            // Not before: the address of the destructor is in the isolate.
            if (LibC.keyCreate(process.add(KEY), THREAD_ENDS.getFunctionPointer()) != 0) {
                CEntryPointActions.leaveTearDownIsolate();
                return NO_KEY;
            }
            if (!remember(process)) {
                LibC.keyDelete(process.readInt(KEY));
                CEntryPointActions.leaveTearDownIsolate();
                return NO_MEMORY;
            }
            process.writeWord(ISOLATE, CurrentIsolate.getIsolate());
            begin(process);
            return 0;
        }
    }

    @Uninterruptible(reason = "the thread has no Java state")
    private static void refuse(int code) {
        if (code == NO_STACK) {
            EntryErrors.raise(EntryErrors.STACK);
        } else if (code == NO_KEY) {
            EntryErrors.raise(EntryErrors.KEY);
        } else {
            EntryErrors.raise(
                    code == CEntryPointErrors.CPU_FEATURE_CHECK_FAILED ? EntryErrors.PROCESSOR : EntryErrors.MEMORY);
        }
    }

    @Uninterruptible(reason = "the thread has no Java state yet")
    private static int attach(Pointer process) {
        if (isStackSmallerThan(LEAST_STACK)) {
            return NO_STACK;
        }
        int code = CEntryPointActions.enterAttachThread((Isolate) process.readWord(ISOLATE), false, true);
        if (code != 0) {
            return code;
        }
        if (!remember(process)) {
            CEntryPointActions.leaveDetachThread();
            return NO_MEMORY;
        }
        begin(process);
        return 0;
    }

    /// Makes this thread's Java state the value of the key. The C library allocates memory for the values of all keys
    /// but the first 32, when a thread sets one.
    ///
    /// @return false if there is no memory: the thread would not be detached when it ends
    @Uninterruptible(reason = "the thread has no Java state yet")
    private static boolean remember(Pointer process) {
        return LibC.setSpecific(process.readInt(KEY), CurrentIsolate.getCurrentThread()) == 0;
    }

    /// Whether Java code could not even detect that the stack is used up. The comparison is signed, so that
    /// code on another stack, at lower addresses, is refused too: to the runtime that would be an overflow.
    @Uninterruptible(reason = "the thread has no Java state yet")
    private static boolean lacksStack(IsolateThread thread) {
        return KnownIntrinsics.readStackPointer().rawValue()
                        - VMThreads.StackEnd.get(thread).rawValue()
                < LEAST_STACK;
    }

    /// As [#lacksStack], before the thread is attached, which already runs Java code.
    @Uninterruptible(reason = "the thread has no Java state yet")
    private static boolean isStackSmallerThan(int bytes) {
        WordPointer high = StackValue.get(WordPointer.class);
        WordPointer low = StackValue.get(WordPointer.class);
        return StackOverflowCheck.PlatformSupport.singleton().lookupStack(high, low)
                && KnownIntrinsics.readStackPointer().rawValue() - low.read().rawValue() < bytes;
    }

    /// Counts the first entry of a thread.
    @Uninterruptible(reason = "the counts must agree with the state of the thread")
    private static void begin(Pointer process) {
        DEPTH.set(1);
        process.writeInt(THREADS_INSIDE, process.readInt(THREADS_INSIDE) + 1);
    }

    /// Runs before a thread ends. An interpreter that is finalized ends threads that wait for the GIL inside
    /// the engine. Up to Python 3.13 it unwinds their stacks, and then the state of the thread says that it
    /// is still in Java.
    static final class End implements CEntryPointOptions.Prologue {
        private static final CGlobalData<CCharPointer> FAILED =
                CGlobalDataFactory.createCString("PyLoop's engine cannot detach a thread that ends");

        @Uninterruptible(reason = "the thread has no Java state yet")
        static void enter(IsolateThread thread) {
            WriteCurrentVMThreadNode.writeCurrentVMThread(thread);
            CEntryPointSnippets.initBaseRegisters(
                    Isolates.getHeapBase((Isolate) PROCESS.get().readWord(ISOLATE)));
            // No other state is changed: another thread may have stopped this one at a safepoint.
            if (VMThreads.StatusSupport.statusTL.get() == VMThreads.StatusSupport.STATUS_IN_JAVA) {
                VMThreads.StatusSupport.statusTL.set(VMThreads.StatusSupport.STATUS_IN_NATIVE);
            }
            int code = CEntryPointActions.enter(thread);
            if (code != 0) {
                CEntryPointActions.failFatally(code, FAILED.get());
            }
        }
    }

    /// The destructor of the thread-specific value: the thread ends, with the GIL or without.
    @CEntryPoint
    @CEntryPointOptions(prologue = End.class, epilogue = CEntryPointSetup.LeaveDetachThreadEpilogue.class)
    static void threadEnds(@SuppressWarnings("unused") IsolateThread thread) {}

    @Uninterruptible(reason = "Called from uninterruptible code.", mayBeInlined = true)
    static WordBase isolate() {
        return PROCESS.get().readWord(ISOLATE);
    }

    /// How many entries of this thread have not returned.
    static int depth() {
        return DEPTH.get();
    }

    /// How many threads have entries that have not returned.
    static int threadsInside() {
        return PROCESS.get().readInt(THREADS_INSIDE);
    }

    /// Adjusts the count in a forked child, where only this thread exists.
    static void forgetOtherThreads() {
        PROCESS.get().writeInt(THREADS_INSIDE, DEPTH.get() > 0 ? 1 : 0);
    }
}
