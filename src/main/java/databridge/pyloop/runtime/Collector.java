package databridge.pyloop.runtime;

/// Runs the collector of the Java heap, at moments when it sees all references. With the GIL, which keeps
/// other threads from entering Java meanwhile.
///
/// # When the Java heap is collected
///
/// A collector has to find every reference to a Java object, also those on stacks. It walks the Java frames
/// of a thread, and for that it needs a record of where they are. GraalVM can make such a record at each call
/// of C. It costs more than the calls that the engine makes most, so a plain call
/// ([CFunction][databridge.pyloop.ffi.CFunction]) makes none, and the Java frames below it cannot be found.
/// Code below the call may even have switched to another stack, as greenlets do. If the collector ran then,
/// it would free objects that those frames use.
///
/// So it runs only if all Java frames that exist are of these two kinds:
/// - those of one entry of the thread that collects, which has no C frame between them;
/// - those of threads in a blocking wait, a call that makes the record,
///   see [CFunction#blocking][databridge.pyloop.ffi.CFunction#blocking].
///
/// [ThreadEntry] counts the entries of each thread that have not returned, and the threads that have any:
///
/// ```
/// entries of this thread    other threads inside      the collector
/// 1                         none, or in a wait        can run
/// 1                         one that runs Python      cannot: Java frames are below C frames
/// 2 or more                 any                       cannot: C frames are between the entries
/// ```
///
/// An allocation demands a collection when there are [#WORTH_COLLECTING] bytes of garbage. Inside a callback
/// it cannot run, so the demand is remembered. The loop serves it where its iteration checks for signals
/// ([#collectIfWanted]): the entry that runs the loop is the only one there. Until then the heap grows, at
/// most to the address space that is reserved for it; then the call that needs more raises MemoryError. While
/// a loop runs inside a callback of another loop, nothing is collected.
public final class Collector {
    /// So much garbage is worth a collection, in bytes. The engine makes next to none per callback, so this
    /// is reached rarely, and a collection takes less than a millisecond.
    static final long WORTH_COLLECTING = 4 << 20;

    private static boolean wanted;
    private static int waits;

    private Collector() {}

    /// To be called before the GIL is released for a wait.
    ///
    /// @return whether this thread's frames are recorded during the wait; to be passed to [#endWait]
    public static boolean beginWait() {
        boolean recorded = ThreadEntry.depth() == 1;
        if (recorded) {
            waits++;
        }
        return recorded;
    }

    /// To be called when the GIL is held again.
    public static void endWait(boolean recorded) {
        if (recorded) {
            waits--;
        }
    }

    /// Runs the collection that an allocation has demanded where it could not run.
    public static void collectIfWanted() {
        if (wanted) {
            collect();
        }
    }

    /// Runs a collection.
    ///
    /// @return false if it cannot run here
    public static boolean collect() {
        if (!seesAllFrames()) {
            return false;
        }
        wanted = false;
        System.gc();
        return true;
    }

    /// Called when so much was allocated that a collection is due.
    ///
    /// @return whether it can run inside the allocation; otherwise [#collectIfWanted] will run it
    static boolean mayCollectInAllocation() {
        wanted = !seesAllFrames();
        return !wanted;
    }

    /// Adjusts the count in a forked child, where no other thread waits.
    static void forgetOtherThreads() {
        waits = 0;
    }

    private static boolean seesAllFrames() {
        return ThreadEntry.depth() == 1 && ThreadEntry.threadsInside() == 1 + waits;
    }
}
