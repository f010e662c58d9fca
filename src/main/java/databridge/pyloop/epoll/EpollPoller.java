package databridge.pyloop.epoll;

import static databridge.pyloop.libc.Epoll.EPOLL_CTL_ADD;
import static databridge.pyloop.libc.Epoll.EPOLL_CTL_DEL;
import static databridge.pyloop.libc.Epoll.EPOLL_CTL_MOD;
import static databridge.pyloop.libc.SystemCallException.check;

import databridge.pyloop.engine.DescriptorPoller;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.libc.Epoll;
import databridge.pyloop.libc.Errno;
import databridge.pyloop.libc.EventFd;
import databridge.pyloop.libc.SystemCallException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A poller over epoll, with an event descriptor as its wakeup.
///
/// An epoll instance is a set of (descriptor number, open file) pairs. Three properties of it shape this class.
///
/// **The set contains open files, its users pass numbers.** A pair leaves the set when the last descriptor of
/// the *file* is closed, not when this number is. If a forked child or a `dup` has the file open, the pair
/// stays: it can no longer be named, because the number now means another file, and it still reports events
/// with the data it was registered with. Users close descriptors without telling the loop, and the kernel
/// uses a freed number for the next file. So the 64 bits of data of a pair are the number *and a generation*,
/// which is increased for each registration that is new; an event whose generation is not the one in the
/// table is dropped.
///
/// ```
///  register(7)        ADD (7, file A), data = 7 | generation 1
///  fork(); close(7)   the child has file A open: the pair stays in the set
///  socket() -> 7      file B
///  register(7)        table says "registered" -> MOD -> ENOENT -> ADD (7, file B), data = 7 | generation 2: REPLACED
///  A is readable      event with generation 1: dropped
/// ```
///
/// **The table and the set can disagree**, in both directions, and only the kernel knows. So the table decides which
/// call is tried first, and the error decides which one follows:
///
/// ```
///  table says       call   error    meaning                                      then
///  registered       MOD    ENOENT   file closed, its number is another file's    ADD, new generation: REPLACED
///  registered       MOD    EBADF    file closed, its number is free              refused
///  not registered   ADD    EEXIST   forget() was called, but no close()          MOD, new generation
///  not registered   ADD    EPERM    a regular file: it is always ready           refused
/// ```
///
/// The result of DEL is not checked: if the pair is gone already, that is what the caller wants.
///
/// **Level-triggered, edge-triggered, one-shot.** A level-triggered pair is reported by each wait as long as
/// the condition lasts. That is what `add_reader` promises, but it costs a system call each time interest
/// changes, and a descriptor that is not read makes every wait return at once. So a transport registers its
/// socket once, edge-triggered and in both directions, and remembers what was reported. It must then read
/// until the kernel has no more, because a condition that lasts is not reported again. Waits of `sock_recv`
/// and the like are for one event: a one-shot pair stays in the set, disabled, and the next wait on the same
/// socket is one MOD instead of an ADD and a DEL each time.
///
/// A transport of a new connection is not in the set until it has read for the first time ([#announce]): the table has
/// it, so that nothing else takes the number, and the first [#register] is an ADD, which reports what is ready by then.
///
/// The set is a file too, so a forked child shares it with its parent, and what either of them registers is reported
/// to both. A child that runs an inherited loop would take edge-triggered and one-shot events away from its parent;
/// it has to make a loop of its own, as with asyncio.
///
/// The wakeup is registered edge-triggered with generation 0, which no descriptor of a user has: each write is one
/// event, the counter is never read, and [#dispatch] drops the event.
///
/// All methods but [#await] and [#wakeUp] are called under the loop's lock. [#await] only fills the array of events
/// that [#dispatch] reads, so registrations may change between the two; the generations cover that case as well.
public final class EpollPoller implements DescriptorPoller {
    private static final int MAX_EVENTS = 256;

    private final Epoll epoll = new Epoll(MAX_EVENTS);
    private final EventFd wakeup;
    private @Nullable PollHandle[] handles = new PollHandle[64];
    private int[] interests = new int[64];
    private int[] generations = new int[64];
    private boolean closed;

    /// @throws databridge.pyloop.libc.SystemCallException if the process or the system has no descriptors left
    public EpollPoller() {
        EventFd created = null;
        try {
            created = new EventFd();
            int interest = Interest.READ | Interest.EDGE_TRIGGERED;
            int result = epoll.control(EPOLL_CTL_ADD, created.fileno(), interest, tag(created.fileno(), 0));
            check("epoll_ctl", result);
        } catch (SystemCallException failed) {
            epoll.close();
            if (created != null) {
                created.close();
            }
            throw failed;
        }
        wakeup = created;
    }

    /// Names the optional features that the C library and the kernel have for this poller, or says why that is unknown.
    public static String kernelFeatures() {
        try {
            return Epoll.hasNanosecondWaits() ? "epoll_pwait2" : "no epoll_pwait2";
        } catch (SystemCallException failed) {
            return "unknown: " + failed.getMessage();
        }
    }

    @Override
    public int interest(int fd) {
        return knows(fd) ? interests[fd] : 0;
    }

    @Override
    public @Nullable PollHandle owner(int fd) {
        return knows(fd) ? handles[fd] : null;
    }

    @Override
    public int register(int fd, int interest, PollHandle handle) {
        if (closed) { // the memory is freed, and the number of the epoll descriptor may belong to another file
            return -Errno.EBADF;
        }
        boolean known = isInSet(fd);
        int last = knows(fd) ? generations[fd] : 0;
        int generation = known ? last : last + 1;
        int result = epoll.control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, interest, tag(fd, generation));
        if (!known && result == -Errno.EEXIST) {
            result = epoll.control(EPOLL_CTL_MOD, fd, interest, tag(fd, generation));
        }
        boolean lost = known && result == -Errno.ENOENT;
        if (lost) {
            generation++;
            result = epoll.control(EPOLL_CTL_ADD, fd, interest, tag(fd, generation));
        }
        if (result < 0) {
            return result;
        }
        put(fd, interest, generation, handle); // only now: a number that belongs to no descriptor may be large
        return lost ? REPLACED : 0;
    }

    @Override
    public void announce(int fd, int interest, PollHandle handle) {
        int last = knows(fd) ? generations[fd] : 0;
        put(fd, interest | Interest.ANNOUNCED, last + 1, handle);
    }

    @Override
    public void oneShotDelivered(int fd) {
        interests[fd] = Interest.ONE_SHOT;
    }

    @Override
    public void unregister(int fd) {
        boolean inSet = isInSet(fd);
        forget(fd);
        if (inSet) {
            epoll.control(EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    @Override
    public void forget(int fd) {
        if (interest(fd) != 0) {
            handles[fd] = null;
            interests[fd] = 0;
        }
    }

    @Override
    public int await(long timeoutNs) {
        int result = epoll.await(timeoutNs);
        return result == -Errno.EINTR ? 0 : check("epoll_wait", result);
    }

    @Override
    public void dispatch(int count) {
        for (int i = 0; i < count; i++) {
            long data = epoll.data(i);
            int fd = (int) data;
            if (fd < handles.length && generations[fd] == (int) (data >>> Integer.SIZE)) {
                PollHandle handle = handles[fd];
                if (handle != null) {
                    handle.ready(fd, epoll.events(i));
                }
            }
        }
    }

    @Override
    public void wakeUp() {
        wakeup.signal();
    }

    @Override
    public int descriptor() {
        return epoll.fileno();
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(handles, null);
        Arrays.fill(interests, 0);
        wakeup.close();
        epoll.close();
    }

    private boolean knows(int fd) {
        return fd >= 0 && fd < handles.length;
    }

    /// Whether the table says that the descriptor is in the set.
    private boolean isInSet(int fd) {
        int interest = interest(fd);
        return interest != 0 && (interest & Interest.ANNOUNCED) == 0;
    }

    private void put(int fd, int interest, int generation, PollHandle handle) {
        grow(fd);
        handles[fd] = handle;
        interests[fd] = interest;
        generations[fd] = generation;
    }

    private void grow(int fd) {
        if (fd >= handles.length) {
            int capacity = Math.max(fd + 1, handles.length * 2);
            handles = Arrays.copyOf(handles, capacity);
            interests = Arrays.copyOf(interests, capacity);
            generations = Arrays.copyOf(generations, capacity);
        }
    }

    private static long tag(int fd, int generation) {
        return ((long) generation << Integer.SIZE) | fd;
    }
}
