package databridge.pyloop.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A blocked loop is woken once per wait, and no wakeup is lost, whether the threads hold the loop's lock or not.
@Timeout(60)
final class WakeupTest {
    private static final int THREADS = 4;
    private static final int CALLBACKS = 20_000;

    /// As an event descriptor: a signal that comes before the wait ends it.
    private static final class SignalledPoller implements Poller {
        final Semaphore signals = new Semaphore(0);
        final AtomicInteger sent = new AtomicInteger();
        int waits;

        @Override
        public int await(long timeoutNs) {
            if (timeoutNs == 0) {
                return 0;
            }
            waits++;
            try {
                if (!signals.tryAcquire(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("a wakeup was lost");
                }
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            signals.drainPermits();
            return 0;
        }

        @Override
        public void dispatch(int events) {}

        @Override
        public void wakeUp() {
            sent.incrementAndGet();
            signals.release();
        }
    }

    private final SignalledPoller poller = new SignalledPoller();
    private final Wakeup wakeup = new Wakeup(poller);

    private static List<Thread> startAll(Runnable action) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(action);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private static void joinAll(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aLoopThatIsNotBlockedIsNotSignalled() {
        wakeup.wakeUp();
        wakeup.beginWait();
        assertFalse(wakeup.endWait());
        wakeup.wakeUp();
        assertEquals(0, poller.sent.get());
    }

    @Test
    void aWaitIsSignalledOnceAndTheNextOneAgain() {
        for (int wait = 1; wait <= 3; wait++) {
            wakeup.beginWait();
            wakeup.wakeUp();
            wakeup.wakeUp();
            assertEquals(wait, poller.sent.get());
            assertTrue(wakeup.endWait());
        }
    }

    @Test
    void manyThreadsAtOnceSignalAWaitOnce() throws InterruptedException {
        for (int wait = 1; wait <= 200; wait++) {
            wakeup.beginWait();
            joinAll(startAll(wakeup::wakeUp));
            assertEquals(wait, poller.sent.get());
            assertTrue(wakeup.endWait());
        }
    }

    /// As Python threads do it under the GIL.
    @Test
    void everyCallbackOfThreadsThatHoldTheLockRuns() throws InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        BlockingSection section = new BlockingSection() {
            @Override
            public void enter() {
                lock.unlock();
            }

            @Override
            public boolean offer() {
                return false;
            }

            @Override
            public void leave() {
                lock.lock();
            }
        };
        FakeHost host = new FakeHost(new ArrayList<>());
        EventLoop loop = new EventLoop(host, poller, section, System::nanoTime, 0);
        section.leave();
        List<Thread> threads = startAll(() -> {
            for (int i = 0; i < CALLBACKS; i++) {
                section.leave();
                loop.callSoon(1);
                loop.wakeup().wakeUp();
                section.enter();
            }
        });
        while (host.ran.size() < THREADS * CALLBACKS) {
            loop.runOnce();
            section.enter();
            Thread.onSpinWait();
            section.leave();
        }
        section.enter();
        joinAll(threads);
        assertEquals(THREADS * CALLBACKS, host.ran.size());
        assertTrue(poller.sent.get() <= poller.waits, () -> poller.sent + " signals in " + poller.waits + " waits");
    }

    /// Such a thread publishes first. The loop looks at what is published after it has become blocked.
    @Test
    void nothingOfThreadsWithoutTheLockIsLost() throws InterruptedException {
        Queue<Integer> published = new ConcurrentLinkedQueue<>();
        List<Thread> threads = startAll(() -> {
            for (int i = 0; i < CALLBACKS; i++) {
                published.add(i);
                wakeup.wakeUp();
            }
        });
        int taken = 0;
        while (taken < THREADS * CALLBACKS) {
            wakeup.beginWait();
            if (published.isEmpty()) {
                poller.await(Poller.FOREVER);
            }
            wakeup.endWait();
            while (published.poll() != null) {
                taken++;
            }
        }
        joinAll(threads);
        assertTrue(published.isEmpty());
    }
}
