package databridge.pyloop.loop;

import static databridge.pyloop.engine.Interest.ONE_SHOT;
import static databridge.pyloop.engine.Interest.READ;
import static databridge.pyloop.engine.Interest.WRITE;

import databridge.pyloop.cpython.ArgumentArray;
import databridge.pyloop.cpython.ErrorApi;
import databridge.pyloop.cpython.ListApi;
import databridge.pyloop.cpython.NumberApi;
import databridge.pyloop.cpython.OsErrors;
import databridge.pyloop.cpython.Owned;
import databridge.pyloop.cpython.PyError;
import databridge.pyloop.cpython.PyName;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Singletons;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.Readiness;
import databridge.pyloop.engine.Registrations;
import databridge.pyloop.handles.HandleLayout;
import databridge.pyloop.handles.Handles;

/// The readers and writers that users add to a loop: handles of `add_reader` and `add_writer`, which are scheduled in
/// every iteration in which the descriptor is ready (level-triggered, as in asyncio), and futures of `sock_recv` and
/// its siblings, which are resolved once. Under the GIL.
///
/// A descriptor has one registration for both directions. It is one-shot as long as only futures wait: once they are
/// resolved it stays in the kernel, disabled, so the next wait costs one system call and not two. A handle makes it
/// level-triggered. Descriptors of transports are registered by [TransportRegistrations]; adding a reader or writer to
/// one of them ends that registration.
public final class FdWatchers implements PollHandle {
    private static final PyName SET_RESULT = PyName.of("set_result");
    private static final int BOTH = READ | WRITE;

    private final EventLoop eventLoop;
    private final Registrations registrations;
    private final FdTable table;
    private final ArgumentArray arguments;

    FdWatchers(EventLoop eventLoop, Registrations registrations, FdTable table, ArgumentArray arguments) {
        this.eventLoop = eventLoop;
        this.registrations = registrations;
        this.table = table;
        this.arguments = arguments;
    }

    /// Whether a descriptor is registered for readers and writers of users, not for a transport.
    boolean watches(int fd) {
        return equals(registrations.owner(fd));
    }

    /// Resolves a future when `fd` is ready in one direction, in place of the reader or writer before.
    ///
    /// @param direction [databridge.pyloop.engine.Interest#READ] or [databridge.pyloop.engine.Interest#WRITE]
    /// @throws databridge.pyloop.cpython.PyError OSError if the descriptor cannot be polled
    void await(int fd, int direction, @Stolen long future) {
        watch(fd, direction, future, true);
    }

    /// Ends the wait of a future, if `fd` is not ready yet.
    void endWait(int fd, long future) {
        if (table.get(fd, READ) == future) {
            remove(fd, READ);
        } else if (table.get(fd, WRITE) == future) {
            remove(fd, WRITE);
        }
    }

    /// Schedules a handle whenever `fd` is ready in one direction, in place of the handle before, which is cancelled.
    ///
    /// @param direction [databridge.pyloop.engine.Interest#READ] or [databridge.pyloop.engine.Interest#WRITE]
    /// @param fileObject what the user passed, may be the number itself
    /// @throws databridge.pyloop.cpython.PyError OSError if the descriptor cannot be polled
    void add(int fd, int direction, @Stolen long handle, long fileObject) {
        watch(fd, direction, handle, false);
        table.putFileObject(fd, Refs.retain(fileObject));
    }

    private void watch(int fd, int direction, @Stolen long watcher, boolean once) {
        try {
            register(fd, direction, once);
        } catch (PyError failed) {
            Refs.release(watcher);
            throw failed;
        }
        table.cancel(fd, direction);
        table.put(fd, direction, watcher);
    }

    /// Registers a descriptor for one direction in addition to those it is registered for.
    private void register(int fd, int direction, boolean once) {
        if (belongsToTransport(fd)) {
            table.clear(fd, READ);
            table.clear(fd, WRITE);
            registrations.unregister(fd);
        }
        int interest = registrations.interest(fd);
        int others = interest & ~direction & BOTH;
        boolean oneShot = once && (others == 0 || (interest & ONE_SHOT) != 0);
        int wanted = others | direction | (oneShot ? ONE_SHOT : 0);
        if (wanted != interest || once) { // a one-shot registration may be disabled
            int result = registrations.register(fd, wanted, this);
            if (result == Registrations.REPLACED) {
                table.cancel(fd, READ);
                table.cancel(fd, WRITE);
                result = registrations.register(fd, direction | (once ? ONE_SHOT : 0), this);
            }
            if (result < 0) {
                throw OsErrors.raise(-result);
            }
        }
        eventLoop.interestChanged();
    }

    /// Removes the reader or writer of a descriptor, and cancels it if it is a handle. A transport that reads stops
    /// reading, but its registration stays.
    ///
    /// @param direction [databridge.pyloop.engine.Interest#READ] or [databridge.pyloop.engine.Interest#WRITE]
    /// @return false if there was none
    public boolean remove(int fd, int direction) {
        int interest = registrations.interest(fd);
        if ((interest & direction) == 0) {
            return false;
        }
        if (belongsToTransport(fd)) {
            boolean existed = table.get(fd, direction) != 0;
            table.clear(fd, direction);
            return existed;
        }
        int rest = interest & ~direction;
        if ((rest & BOTH) == 0) {
            end(fd);
        } else {
            // This fails for an fd that was closed meanwhile; the rest of its registration ends when that
            // is removed.
            registrations.register(fd, rest, this);
        }
        table.cancel(fd, direction);
        return true;
    }

    private boolean belongsToTransport(int fd) {
        PollHandle owner = registrations.owner(fd);
        return owner != null && !equals(owner);
    }

    private void end(int fd) {
        registrations.unregister(fd);
        table.clearFileObject(fd);
    }

    /// The descriptor that was added as this file object, -1 if none was.
    int find(long fileObject) {
        return table.find(fileObject);
    }

    /// A list with file object, fd, reader and writer of each registration in turn, None where there is none.
    @Owned
    long registrations() {
        long list = ListApi.empty();
        for (int fd = 0; fd < table.size(); fd++) {
            if ((registrations.interest(fd) & BOTH) != 0) {
                long number = NumberApi.fromLong(fd);
                long fileObject = belongsToTransport(fd) ? 0 : table.fileObject(fd);
                ListApi.append(list, fileObject == 0 ? number : fileObject);
                ListApi.append(list, number);
                append(list, table.get(fd, READ));
                append(list, table.get(fd, WRITE));
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
        boolean oneShot = (registrations.interest(fd) & ONE_SHOT) != 0;
        boolean resolved = false;
        if ((events & Readiness.MAY_READ) != 0) {
            resolved = deliver(fd, READ);
        }
        if ((events & Readiness.MAY_WRITE) != 0) {
            resolved |= deliver(fd, WRITE);
        }
        if (resolved || oneShot) {
            registerRest(fd, oneShot);
        }
    }

    /// Registers a descriptor for the directions that still have a reader or writer.
    private void registerRest(int fd, boolean oneShot) {
        int rest = (table.get(fd, READ) != 0 ? READ : 0) | (table.get(fd, WRITE) != 0 ? WRITE : 0);
        if (rest == 0 && oneShot) {
            registrations.oneShotDelivered(fd);
        } else if (rest == 0) {
            end(fd);
        } else {
            // This fails for an fd that was closed meanwhile, and a closed one has no events.
            registrations.register(fd, oneShot ? rest | ONE_SHOT : rest, this);
        }
    }

    /// Schedules the handle or resolves the future of a descriptor that is ready in one direction.
    ///
    /// @return whether it was a future, which is removed then
    private boolean deliver(int fd, int direction) {
        long watcher = table.get(fd, direction);
        if (watcher == 0) {
            return false;
        }
        if (!Handles.isHandle(watcher)) {
            Refs.retain(watcher);
            table.clear(fd, direction);
            resolve(watcher);
            return true;
        }
        if (HandleLayout.cancelled(watcher)) {
            remove(fd, direction);
        } else {
            eventLoop.callSoon(Refs.retain(watcher));
        }
        return false;
    }

    private void resolve(@Stolen long future) {
        long result = arguments.callMethod(SET_RESULT, future, Singletons.NONE);
        if (result == 0) {
            ErrorApi.clear(); // a future that was cancelled refuses its result
        } else {
            Refs.release(result);
        }
        Refs.release(future);
    }
}
