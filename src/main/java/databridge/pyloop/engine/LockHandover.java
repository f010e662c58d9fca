package databridge.pyloop.engine;

/// How long a loop looks for I/O before it gives up the lock to wait.
///
/// Under load there is most likely something to read already. And where a thread that computes wants the lock, giving
/// it
/// up costs the loop a whole switch interval, 5 ms by default, against which a few microseconds of looking are
/// little.
final class LockHandover {
    /// Longer than a client on the same machine takes to answer, far shorter than a switch interval.
    static final long CONTENDED_NS = 100_000;

    /// The lock is taken back in well under this unless somebody computes with it.
    static final long CONTENTION_NS = 500_000;

    /// Other threads get the lock at least so often, even if no callback runs Python code, which would give it up
    /// after a switch interval by itself.
    static final long MOST_KEPT_NS = 20_000_000;

    private boolean contended;
    private boolean busy;
    private long lockTakenNs = Long.MIN_VALUE;

    /// What a wait or a look has brought.
    void found(int events) {
        busy = events > 1 || (contended && events > 0);
    }

    /// When a wait without the lock was over, and when the lock was there again.
    void waitedForLock(long fromNs, long toNs) {
        contended = toNs - fromNs > CONTENTION_NS;
        lockTaken(toNs);
    }

    /// The lock was taken, or a run begins with it.
    void lockTaken(long nowNs) {
        lockTakenNs = nowNs;
    }

    /// Whether other threads have to get the lock, however much there is to do.
    boolean isOver(long nowNs) {
        return nowNs - MOST_KEPT_NS >= lockTakenNs;
    }

    /// Whether to look before the lock is given up.
    boolean looks(long nowNs) {
        return busy && !isOver(nowNs);
    }

    /// For how long to go on looking if the first look brings nothing.
    long lookNs() {
        return contended ? CONTENDED_NS : 0;
    }
}
