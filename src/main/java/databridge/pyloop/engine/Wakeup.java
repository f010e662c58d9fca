package databridge.pyloop.engine;

import java.util.concurrent.atomic.AtomicInteger;

/// The way in for other threads: it makes a blocked loop look at what a thread has added.
///
/// A loop with nothing to do sleeps in the kernel, where it sees no queue. A thread that adds a callback has to end
/// that sleep by a write to the poller's event descriptor, whose counter stays readable until the poller has seen it:
/// a write that comes before the loop is asleep ends the sleep at once. So no lock and no condition variable of ours
/// is needed, and none could be waited for together with sockets.
///
/// A write is a system call, so it is made only if the loop is blocked, and only once per wait:
///
/// ```
///              beginWait                    wakeUp: compare and set, then write
///   RUNNING  ------------->  BLOCKED  ---------------------------------------->  WOKEN
///      ^                        |                                                  |
///      +------------------------+--------------------------------------------------+
///                                    endWait
/// ```
///
/// A wakeup must not be lost: the loop finds its queue empty, the thread adds a callback and sees a loop that
/// is not blocked, the loop blocks. Two things rule it out.
///
/// - **With the lock** that guards the loop's queues, the GIL. All Python threads hold it when they add a
///   callback and when they call [#wakeUp]. The loop's thread holds it from its last look at the queue to
///   after [#beginWait], and [BlockingSection] releases it only then. So a thread comes either before that
///   look, and the loop does not block, or after [#beginWait], and the write is made.
/// - **Without the lock**, for threads that do not take it. The state is volatile. A thread publishes what it
///   adds, then reads the state; the loop writes the state, then looks at what was published. One of the two
///   sees the other, because volatile accesses have one order that all threads agree on. So a loop to which
///   such threads add has to look at their queue between [#beginWait] and the wait.
///
/// Two threads can call at the same time; one of them wins the comparison and writes. The write may come
/// after the loop has woken for another reason. Then the next wait ends at once, with nothing to do, and the
/// one after that is an ordinary one.
///
/// `call_soon_threadsafe` pays one read of the state when the loop is not blocked.
public final class Wakeup {
    private static final int RUNNING = 0;
    private static final int BLOCKED = 1;
    private static final int WOKEN = 2;

    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Poller poller;

    /// @param poller what the loop is blocked in
    Wakeup(Poller poller) {
        this.poller = poller;
    }

    /// Ends the wait in which the loop is blocked; does nothing if the loop is not blocked. The caller first
    /// adds what the loop has to see.
    ///
    /// Any thread. One that does not hold the loop's lock has to make sure that the loop is not closed meanwhile.
    public void wakeUp() {
        if (state.get() == BLOCKED && state.compareAndSet(BLOCKED, WOKEN)) {
            poller.wakeUp();
        }
    }

    /// To be called before a wait that can block. The loop's thread, with the lock.
    void beginWait() {
        state.set(BLOCKED);
    }

    /// To be called after the wait, however it ended. The loop's thread, with the lock.
    ///
    /// @return whether a thread has called [#wakeUp]
    boolean endWait() {
        return state.getAndSet(RUNNING) == WOKEN;
    }
}
