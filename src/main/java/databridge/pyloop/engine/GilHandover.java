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
/// bytecodes, that is in the midst of a callback, and never if callbacks are functions of C. So a loop offers the lock
/// between two callbacks, well before CPython takes it from the loop. What the other thread does to this one, such as
/// raising an exception in it, then does not disturb a callback.
final class GilHandover {
    /// How long a loop polls before it waits if the lock is contended: longer than a client on the same machine takes
    /// to answer, far shorter than a switch interval.
    static final long SPIN_NS = 100_000;

    /// A wait for the lock that takes longer shows that another thread computes.
    static final long CONTENTION_NS = 500_000;

    /// How long the loop keeps the lock before it offers it.
    static final long OFFER_NS = 1_000_000;

    /// The same beside a thread that computes. That thread takes the lock for a switch interval each
    /// time, so that more frequent offers would leave little of the time to the loop.
    static final long CONTENDED_OFFER_NS = 4_500_000;

    /// A thread may be too slow to take the lock, on an overloaded machine. Then it waits for a whole
    /// switch interval again. After so many offers in a row the next one comes later than that: CPython
    /// then does not let the loop have the lock back before another thread has had it.
    static final int MOST_OFFERS = 50;

    static final long FORCED_OFFER_NS = 6_000_000;

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

    /// Whether to offer the lock.
    boolean offerIsDue(long nowNs) {
        return nowNs - offerIntervalNs() >= lockTakenNs;
    }

    private long offerIntervalNs() {
        if (contended) {
            return CONTENDED_OFFER_NS;
        }
        return offers < MOST_OFFERS ? OFFER_NS : FORCED_OFFER_NS;
    }

    /// To be called after an offer.
    ///
    /// @param fromNs when it began, by the monotonic clock
    /// @param toNs when the thread had the lock again
    /// @param othersWaited whether a thread seems to have waited for the lock
    void offered(long fromNs, long toNs, boolean othersWaited) {
        int before = offers;
        waitedForLock(fromNs, toNs);
        offers = othersWaited && before < MOST_OFFERS ? before + 1 : 0;
    }

    /// To be called when the thread has taken the lock, or begins a run with it.
    void lockTaken(long nowNs) {
        lockTakenNs = nowNs;
    }

    /// Whether to poll before the lock is released for a wait.
    boolean spinsFirst() {
        return busy;
    }

    /// For how long to go on polling if the first poll returns nothing, in nanoseconds.
    long spinNs() {
        return contended ? SPIN_NS : 0;
    }
}
