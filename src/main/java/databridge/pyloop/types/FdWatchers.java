package databridge.pyloop.types;

import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;

import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.LoopCore;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.poll.EpollPoller;

/// `add_reader` and its kin: a handle per fd and direction, scheduled in every iteration in which the fd is ready.
///
/// Level-triggered, as asyncio has it. Under the GIL.
///
/// A transport polls its fd by itself, see [#lend]; what stands in for its handles here is the transport object, for as
/// long as it reads or has to write: that keeps it alive, and shows in the loop's map of descriptors.
public final class FdWatchers implements PollHandle {
    private static final int STRIDE = 3;
    private static final int READER = 0;
    private static final int WRITER = 1;
    /// The object the fd was taken from, so that it can be found again after it was closed and has no number any
    /// more.
    private static final int FILE_OBJECT = 2;

    private final LoopCore core;
    private final EpollPoller poller;
    private final RootTable roots;

    FdWatchers(LoopCore core, EpollPoller poller, RootTable roots) {
        this.core = core;
        this.poller = poller;
        this.roots = roots;
    }

    /// Watches `fd` in one direction, in place of the handle that did so before, which is cancelled.
    ///
    /// @param event EPOLLIN or EPOLLOUT
    /// @param fileObject what the user passed, may be the fd itself
    /// @throws databridge.pyloop.cpython.PyError OSError if epoll does not take the fd
    void add(int fd, int event, @Stolen long handle, long fileObject) {
        if (!isOurs(fd)) {
            letGo(fd, EPOLLIN);
            letGo(fd, EPOLLOUT);
        }
        int interest = isOurs(fd) ? poller.interest(fd) : 0;
        if ((interest & event) == 0) {
            int result = poller.register(fd, interest | event, this);
            if (result == EpollPoller.REPLACED) {
                dropHandle(fd, EPOLLIN);
                dropHandle(fd, EPOLLOUT);
                result = poller.register(fd, event, this);
            }
            if (result < 0) {
                Refs.release(handle);
                throw ErrorApi.raiseOsError(-result);
            }
        }
        core.interestChanged();
        dropHandle(fd, event);
        roots.put(index(fd, event), handle);
        roots.put((long) fd * STRIDE + FILE_OBJECT, Refs.retain(fileObject));
    }

    /// Ends watching in one direction and cancels the handle.
    ///
    /// @return false if there was none
    boolean remove(int fd, int event) {
        int interest = poller.interest(fd);
        if ((interest & event) == 0) {
            return false;
        }
        if (!isOurs(fd)) {
            boolean held = roots.get(index(fd, event)) != 0;
            roots.put(index(fd, event), 0);
            return held;
        }
        int rest = interest & ~event;
        if (rest == 0) {
            poller.unregister(fd);
            roots.put((long) fd * STRIDE + FILE_OBJECT, 0);
        } else {
            // An fd that is closed meanwhile fails here; what is left of its registration ends with its removal.
            poller.register(fd, rest, this);
        }
        dropHandle(fd, event);
        return true;
    }

    /// Hands an fd over to a transport, which polls it from now on: edge-triggered, in both directions.
    ///
    /// @return 0 or `-errno`
    public int lend(int fd, PollHandle transport, int interest) {
        boolean ours = isOurs(fd) && poller.interest(fd) != 0;
        int result = poller.register(fd, interest, transport);
        if (ours || result == EpollPoller.REPLACED) {
            dropHandle(fd, EPOLLIN);
            dropHandle(fd, EPOLLOUT);
        }
        core.interestChanged();
        return Math.min(result, 0);
    }

    /// Whether the fd is handed over to this transport, still: others may watch it while the transport does not.
    public boolean isLentTo(int fd, PollHandle transport) {
        return transport.equals(poller.owner(fd));
    }

    /// Ends the polling by a transport, if it has not ended.
    public void takeBack(int fd, PollHandle transport) {
        if (isLentTo(fd, transport)) {
            poller.unregister(fd);
            roots.put(index(fd, EPOLLIN), 0);
            roots.put(index(fd, EPOLLOUT), 0);
        }
    }

    /// Has a transport object stand for its fd in one direction.
    ///
    /// @param event EPOLLIN or EPOLLOUT
    public void hold(int fd, int event, @Stolen long transport) {
        roots.put(index(fd, event), transport);
    }

    /// Whether this transport object stands there.
    public boolean holds(int fd, int event, long transport) {
        return roots.get(index(fd, event)) == transport;
    }

    /// Has nobody stand there.
    public void letGo(int fd, int event) {
        roots.put(index(fd, event), 0);
    }

    private boolean isOurs(int fd) {
        PollHandle owner = poller.owner(fd);
        return owner == null || equals(owner);
    }

    /// The fd that was registered by this file object, -1 if none was.
    int find(long fileObject) {
        for (long at = FILE_OBJECT; at < roots.capacity(); at += STRIDE) {
            if (roots.get(at) == fileObject) {
                return (int) (at / STRIDE);
            }
        }
        return -1;
    }

    /// A list with file object, fd, reader and writer of each registration in turn, None for what there is not.
    @Owned
    long registrations() {
        long list = ListApi.empty();
        for (int fd = 0; (long) fd * STRIDE < roots.capacity(); fd++) {
            if (poller.interest(fd) != 0) {
                long number = NumberApi.fromLong(fd);
                long fileObject = roots.get((long) fd * STRIDE + FILE_OBJECT);
                append(list, isOurs(fd) && fileObject != 0 ? fileObject : number);
                append(list, number);
                append(list, roots.get(index(fd, EPOLLIN)));
                append(list, roots.get(index(fd, EPOLLOUT)));
                Refs.release(number);
            }
        }
        return list;
    }

    private static void append(long list, long object) {
        ListApi.append(list, object == 0 ? Singletons.NONE : object);
    }

    /// Errors and hang-ups count as ready in both directions, as in the `selectors` module.
    @Override
    public void ready(int fd, int events) {
        if ((events & ~EPOLLOUT) != 0) {
            schedule(fd, EPOLLIN);
        }
        if ((events & ~EPOLLIN) != 0) {
            schedule(fd, EPOLLOUT);
        }
    }

    private void schedule(int fd, int event) {
        long handle = roots.get(index(fd, event));
        if (handle == 0) {
            return;
        }
        if (HandleLayout.cancelled(handle)) {
            remove(fd, event);
        } else {
            core.callSoon(Refs.retain(handle));
        }
    }

    private void dropHandle(int fd, int event) {
        long handle = roots.get(index(fd, event));
        if (handle != 0) {
            Refs.retain(handle);
            roots.put(index(fd, event), 0);
            CallbackRunner.cancel(handle);
            Refs.release(handle);
        }
    }

    private static long index(int fd, int event) {
        return (long) fd * STRIDE + (event == EPOLLIN ? READER : WRITER);
    }
}
