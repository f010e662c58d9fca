package databridge.pyloop.engine;

/// How long a loop keeps the lock (the GIL): when it spins before it releases the lock to wait, and when it releases
/// it although there is work to do.
///
/// Releasing the lock is cheap, getting it back may not be. If another thread computes, it takes the lock at once and
/// keeps it for a whole switch interval, 5 ms by default (`sys.setswitchinterval`); a loop that waits for its next
/// request without the lock then answers each one 5 ms late. So a loop under load polls before it waits:
///
/// - If the last poll returned several events, the next request has most likely arrived already: one poll.
/// - If the last wait had to queue for the lock, it polls for up to [#SPIN_NS], in which a client on the same machine
///   has answered. That is a small part of the switch interval that releasing the lock would cost.
///
/// A loop that always finds work would never release the lock by itself: CPython makes a thread do so only between
/// bytecodes, and callbacks may be functions of C. So the lock is released after [#MAX_HOLD_NS] in any case.
final class GilHandover {
    /// How long a loop polls before it waits if the lock is contended: longer than a client on the same machine takes
    /// to answer, far shorter than a switch interval.
    static final long SPIN_NS = 100_000;

    /// A wait for the lock that takes longer shows that another thread computes.
    static final long CONTENTION_NS = 500_000;

    /// Other threads get the lock at least this often, even if no callback runs Python code.
    static final long MAX_HOLD_NS = 20_000_000;

    /// The lock is offered to other threads shortly before one that waits for it, for a switch
    /// interval of 5 ms, makes CPython take it away in the midst of a callback. What that thread
    /// does to this one, such as raising an exception in it, then happens between two callbacks.
    static final long OFFER_NS = 4_500_000;

    /// A thread that was too slow to take the lock waits for a whole switch interval again. After
    /// so many offers in a row CPython has its turn.
    static final int MOST_OFFERS = 8;

    private boolean contended;
    private int offers;
    private boolean busy;
    private long lockTakenNs = Long.MIN_VALUE;

    /// To be called after each poll and each wait with the number of events it returned.
    void polled(int events) {
        busy = events > 1 || (contended && events > 0);
    }

    /// To be called after each wait.
    ///
    /// @param fromNs when the wait without the lock was over, by the monotonic clock
    /// @param toNs when the thread had the lock again
    void waitedForLock(long fromNs, long toNs) {
        contended = toNs - fromNs > CONTENTION_NS;
        offers = 0;
        lockTaken(toNs);
    }

    /// Whether to offer the lock. Where it is contended, CPython hands it over often enough.
    boolean offerIsDue(long nowNs) {
        return nowNs - OFFER_NS >= lockTakenNs && !contended && offers < MOST_OFFERS;
    }

    /// To be called after an offer.
    ///
    /// @param fromNs when it began, by the monotonic clock
    /// @param toNs when the thread had the lock again
    void offered(long fromNs, long toNs) {
        int before = offers;
        waitedForLock(fromNs, toNs);
        offers = before + 1;
    }

    /// To be called when the thread has taken the lock, or begins a run with it.
    void lockTaken(long nowNs) {
        lockTakenNs = nowNs;
    }

    /// Whether the lock has to be released now, however much there is to do.
    boolean isDue(long nowNs) {
        return nowNs - MAX_HOLD_NS >= lockTakenNs;
    }

    /// Whether to poll before the lock is released for a wait.
    boolean spinsFirst(long nowNs) {
        return busy && !isDue(nowNs);
    }

    /// For how long to go on polling if the first poll returns nothing, in nanoseconds.
    long spinNs() {
        return contended ? SPIN_NS : 0;
    }
}
