package databridge.pyloop.loop;

import static databridge.pyloop.libc.Epoll.EPOLLIN;
import static databridge.pyloop.libc.Epoll.EPOLLONESHOT;
import static databridge.pyloop.libc.Epoll.EPOLLOUT;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.RootTable;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.handles.HandleLayout;
import databridge.pyloop.handles.Handles;
import databridge.pyloop.poll.EpollPoller;

/// `add_reader` and its kin: a handle per fd and direction, scheduled in every iteration in which the fd is ready.
///
/// Level-triggered, as asyncio has it. Under the GIL.
///
/// A transport polls its fd by itself, see [#lend]; what stands in for its handles here is the transport object, for as
/// long as it reads or has to write: that keeps it alive, and shows in the loop's map of descriptors.
public final class FdWatchers implements PollHandle {
    private static final PyName SET_RESULT = PyName.of("set_result");
    private static final int STRIDE = 3;
    private static final int READER = 0;
    private static final int WRITER = 1;
    /// The object the fd was taken from, so that it can be found again after it was closed and has no number any
    /// more.
    private static final int FILE_OBJECT = 2;

    private final EventLoop eventLoop;
    private final EpollPoller poller;
    private final RootTable roots;
    private final ArgumentArray arguments;

    FdWatchers(EventLoop eventLoop, EpollPoller poller, RootTable roots, ArgumentArray arguments) {
        this.eventLoop = eventLoop;
        this.poller = poller;
        this.roots = roots;
        this.arguments = arguments;
    }

    /// Resolves a future when `fd` is ready in one direction, in place of whatever waited for that before.
    ///
    /// @param event EPOLLIN or EPOLLOUT
    /// @throws databridge.pyloop.cpython.PyError OSError if epoll does not take the fd
    void await(int fd, int event, @Stolen long future) {
        try {
            arm(fd, event, true);
        } catch (PyError failed) {
            Refs.release(future);
            throw failed;
        }
        dropHandle(fd, event);
        roots.put(index(fd, event), future);
    }

    /// Ends the waiting of a future, if it has not ended.
    void endWait(int fd, int event, long future) {
        if (roots.get(index(fd, event)) == future) {
            remove(fd, event);
        }
    }

    /// Watches `fd` in one direction, in place of the handle that did so before, which is cancelled.
    ///
    /// @param event EPOLLIN or EPOLLOUT
    /// @param fileObject what the user passed, may be the fd itself
    /// @throws databridge.pyloop.cpython.PyError OSError if epoll does not take the fd
    void add(int fd, int event, @Stolen long handle, long fileObject) {
        try {
            arm(fd, event, false);
        } catch (PyError failed) {
            Refs.release(handle);
            throw failed;
        }
        dropHandle(fd, event);
        roots.put(index(fd, event), handle);
        roots.put((long) fd * STRIDE + FILE_OBJECT, Refs.retain(fileObject));
    }

    /// Has the fd polled in one direction more.
    ///
    /// As long as only futures wait it is polled once: then the registration stays in the kernel, silent,
    /// and the next wait costs one system call, not two.
    private void arm(int fd, int event, boolean once) {
        if (!isOurs(fd)) {
            letGo(fd, EPOLLIN);
            letGo(fd, EPOLLOUT);
            poller.unregister(fd);
        }
        int interest = poller.interest(fd);
        int others = interest & ~event & (EPOLLIN | EPOLLOUT);
        int wanted = others | event | (once && (others == 0 || (interest & EPOLLONESHOT) != 0) ? EPOLLONESHOT : 0);
        if (wanted != interest || once) {
            int result = poller.register(fd, wanted, this);
            if (result == EpollPoller.REPLACED) {
                dropHandle(fd, EPOLLIN);
                dropHandle(fd, EPOLLOUT);
                result = poller.register(fd, event | (once ? EPOLLONESHOT : 0), this);
            }
            if (result < 0) {
                throw ErrorApi.raiseOsError(-result);
            }
        }
        eventLoop.interestChanged();
    }

    /// Ends watching in one direction and cancels the handle.
    ///
    /// @return false if there was none
    public boolean remove(int fd, int event) {
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
        if ((rest & (EPOLLIN | EPOLLOUT)) == 0) {
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
        eventLoop.interestChanged();
        return Math.min(result, 0);
    }

    /// Whether the fd is handed over to a transport.
    boolean isLent(int fd) {
        return !isOurs(fd);
    }

    /// Whether the fd is handed over to this transport, still: others may watch it while the transport does not.
    public boolean isLentTo(int fd, PollHandle transport) {
        return transport.equals(poller.owner(fd));
    }

    /// Ends the polling by a transport, if it has not ended.
    ///
    /// @param closes whether the caller closes the fd next
    public void takeBack(int fd, PollHandle transport, boolean closes) {
        if (isLentTo(fd, transport)) {
            if (closes) {
                poller.forget(fd);
            } else {
                poller.unregister(fd);
            }
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
            if ((poller.interest(fd) & (EPOLLIN | EPOLLOUT)) != 0) {
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
        boolean once = (poller.interest(fd) & EPOLLONESHOT) != 0;
        boolean waited = false;
        if ((events & ~EPOLLOUT) != 0) {
            waited = schedule(fd, EPOLLIN);
        }
        if ((events & ~EPOLLIN) != 0) {
            waited |= schedule(fd, EPOLLOUT);
        }
        if (waited || once) {
            rearm(fd, once);
        }
    }

    /// What is left to poll for once a future has been resolved.
    private void rearm(int fd, boolean silent) {
        int rest = (roots.get(index(fd, EPOLLIN)) != 0 ? EPOLLIN : 0)
                | (roots.get(index(fd, EPOLLOUT)) != 0 ? EPOLLOUT : 0);
        if (rest == 0 && silent) {
            poller.silenced(fd, EPOLLONESHOT);
        } else if (rest == 0) {
            poller.unregister(fd);
            roots.put((long) fd * STRIDE + FILE_OBJECT, 0);
        } else {
            // An fd that is closed meanwhile fails here; nobody can wait for it any more.
            poller.register(fd, silent ? rest | EPOLLONESHOT : rest, this);
        }
    }

    /// @return whether it was a future, whose waiting has ended
    private boolean schedule(int fd, int event) {
        long watcher = roots.get(index(fd, event));
        if (watcher == 0) {
            return false;
        }
        if (!Handles.isHandle(watcher)) {
            Refs.retain(watcher);
            roots.put(index(fd, event), 0);
            resolve(watcher);
            return true;
        }
        if (HandleLayout.cancelled(watcher)) {
            remove(fd, event);
        } else {
            eventLoop.callSoon(Refs.retain(watcher));
        }
        return false;
    }

    /// One that is cancelled already refuses, which is as well.
    private void resolve(@Stolen long future) {
        long result = arguments.callMethod(SET_RESULT, future, Singletons.NONE);
        if (result == 0) {
            ErrorApi.clear();
        } else {
            Refs.release(result);
        }
        Refs.release(future);
    }

    private void dropHandle(int fd, int event) {
        long handle = roots.get(index(fd, event));
        if (handle != 0) {
            Refs.retain(handle);
            roots.put(index(fd, event), 0);
            if (Handles.isHandle(handle)) {
                Handles.cancel(handle);
            }
            Refs.release(handle);
        }
    }

    private static long index(int fd, int event) {
        return (long) fd * STRIDE + (event == EPOLLIN ? READER : WRITER);
    }
}
