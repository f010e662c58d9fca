package databridge.pyloop.poll;

import static databridge.pyloop.libc.Epoll.EPOLLET;
import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLL_CTL_ADD;
import static databridge.pyloop.libc.Epoll.EPOLL_CTL_DEL;
import static databridge.pyloop.libc.Epoll.EPOLL_CTL_MOD;
import static databridge.pyloop.libc.SystemCallException.check;

import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.Poller;
import databridge.pyloop.libc.Epoll;
import databridge.pyloop.libc.ErrnoCode;
import databridge.pyloop.libc.EventFd;
import databridge.pyloop.libc.SystemCallException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A [Poller] over epoll, with an event descriptor as its wakeup.
///
/// Registrations are by fd number, but an event is delivered only if it belongs to the registration in force: its
/// 64-bit tag carries the registration's generation, so what the kernel queued for an earlier owner of a reused fd
/// number is dropped. Everything but [#await] is called under the loop's lock.
public final class EpollPoller implements Poller {
    /// What [#register] returns when the earlier registration of that fd number was lost.
    public static final int REPLACED = 1;

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
            // Edge-triggered: every write is one event and the counter never has to be read.
            int result = epoll.control(EPOLL_CTL_ADD, created.fileno(), EPOLLIN | EPOLLET, tag(created.fileno(), 0));
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

    /// What `fd` is registered for, 0 if it is not.
    public int interest(int fd) {
        return knows(fd) ? interests[fd] : 0;
    }

    /// Who receives the events of `fd`, null if it is not registered.
    public @Nullable PollHandle owner(int fd) {
        return knows(fd) ? handles[fd] : null;
    }

    /// Registers `fd`, or changes what it is registered for.
    ///
    /// If the kernel has lost an earlier registration, because the fd was closed and its number given away again,
    /// that registration ends and this one is new.
    ///
    /// @return 0, [#REPLACED] if an earlier registration turned out to be lost, or `-errno`
    public int register(int fd, int interest, PollHandle handle) {
        if (closed) { // its memory is given back, and its descriptor's number may be another's
            return -ErrnoCode.EBADF;
        }
        int known = interest(fd);
        int last = knows(fd) ? generations[fd] : 0;
        int generation = known == 0 ? last + 1 : last;
        int result = epoll.control(known == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, interest, tag(fd, generation));
        if (known == 0 && result == -ErrnoCode.EEXIST) { // forgotten, see forget(), and not closed yet
            result = epoll.control(EPOLL_CTL_MOD, fd, interest, tag(fd, generation));
        }
        boolean lost = known != 0 && result == -ErrnoCode.ENOENT;
        if (lost) {
            generation++;
            result = epoll.control(EPOLL_CTL_ADD, fd, interest, tag(fd, generation));
        }
        if (result < 0) {
            return result;
        }
        grow(fd); // not before the kernel knows it: no number of a descriptor is too large to ask about
        handles[fd] = handle;
        interests[fd] = interest;
        generations[fd] = generation;
        return lost ? REPLACED : 0;
    }

    /// Notes that the kernel reports nothing more of `fd` but knows it still, as after an event with EPOLLONESHOT.
    ///
    /// @param mark what [#interest] says from now on, not 0
    public void silenced(int fd, int mark) {
        interests[fd] = mark;
    }

    /// Ends a registration. An fd that is closed already is no error: the kernel has forgotten it then.
    public void unregister(int fd) {
        if (interest(fd) == 0) {
            return;
        }
        forget(fd);
        epoll.control(EPOLL_CTL_DEL, fd, 0, 0);
    }

    /// Ends a registration of an fd that the caller closes next: the kernel forgets it then by itself, which saves a
    /// system call. What it reports until then, or later because a forked child has the file open, is nobody's.
    public void forget(int fd) {
        if (interest(fd) != 0) {
            handles[fd] = null;
            interests[fd] = 0;
        }
    }

    @Override
    public int await(long timeoutNs) {
        int result = epoll.await(timeoutNs);
        return result == -ErrnoCode.EINTR ? 0 : check("epoll_wait", result);
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
