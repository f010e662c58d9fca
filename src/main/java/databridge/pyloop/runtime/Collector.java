package databridge.pyloop.runtime;

/// Runs the collector of the Java heap, at moments at which it sees all references.
///
/// It finds references on stacks by walking Java frames. Frames below a call of C cannot be walked
/// ([CFunction][databridge.pyloop.ffi.CFunction]), and code below that call may have moved the stack away altogether
/// (greenlets). So nothing is collected unless the frames that exist are those of one entry of this thread, and of
/// threads in a blocking wait, whose frames are recorded. With the GIL, which keeps other threads from entering
/// meanwhile.
public final class Collector {
    /// Garbage that makes a collection worth its while, in bytes. The engine makes next to none per callback, so that
    /// this is seldom reached; and a collection takes less than a millisecond.
    static final long WORTH_COLLECTING = 4 << 20;

    private static boolean wanted;
    private static int waits;

    private Collector() {}

    /// To be called before the GIL is given up for a wait.
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

    /// Collects what an allocation has asked for where it could not be done.
    public static void collectIfWanted() {
        if (wanted) {
            collect();
        }
    }

    /// @return false if it cannot be done here
    public static boolean collect() {
        if (!seesAllFrames()) {
            return false;
        }
        wanted = false;
        System.gc();
        return true;
    }

    /// Asked when so much was allocated that a collection is due.
    ///
    /// @return whether it may be done inside the allocation; otherwise it is noted as [#collectIfWanted]
    static boolean mayCollectInAllocation() {
        wanted = !seesAllFrames();
        return !wanted;
    }

    /// In a forked child, where no other thread waits.
    static void forgetOtherThreads() {
        waits = 0;
    }

    private static boolean seesAllFrames() {
        return ThreadEntry.depth() == 1 && ThreadEntry.threadsInside() == 1 + waits;
    }
}
