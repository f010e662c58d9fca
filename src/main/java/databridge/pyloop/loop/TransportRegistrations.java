package databridge.pyloop.loop;

import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.Stolen;
import databridge.pyloop.engine.EventLoop;
import databridge.pyloop.engine.Interest;
import databridge.pyloop.engine.PollHandle;
import databridge.pyloop.engine.Registrations;

/// The registrations of descriptors that belong to transports, whose engines receive the events themselves.
/// Under the GIL.
///
/// A transport's descriptor stays registered while it neither reads nor writes. Whether it does is an entry of the
/// loop's table, see [FdTable]: the transport object is the descriptor's reader, its writer, or both.
public final class TransportRegistrations {
    private final EventLoop eventLoop;
    private final Registrations registrations;
    private final FdTable table;
    private final FdWatchers watchers;

    TransportRegistrations(EventLoop eventLoop, Registrations registrations, FdTable table, FdWatchers watchers) {
        this.eventLoop = eventLoop;
        this.registrations = registrations;
        this.table = table;
        this.watchers = watchers;
    }

    /// Registers a transport's descriptor, or changes what it is registered for. Readers and writers that users have
    /// added are cancelled.
    ///
    /// @param transport receives the events
    /// @param interest a set of [Interest]
    /// @return 0 or `-errno`
    public int register(int fd, PollHandle transport, int interest) {
        boolean watched = watchers.watches(fd);
        int result = registrations.register(fd, interest, transport);
        if (watched || result == Registrations.REPLACED) {
            table.cancel(fd, Interest.READ);
            table.cancel(fd, Interest.WRITE);
        }
        eventLoop.interestChanged();
        return Math.min(result, 0);
    }

    /// Reserves a descriptor that was opened just now for a transport, see [Registrations#announce]. Readers and
    /// writers that users have left at its number are cancelled.
    ///
    /// @param interest a set of [Interest]
    /// @param object the transport object, which is kept alive until [#release]
    public void announce(int fd, PollHandle transport, int interest, long object) {
        if (registrations.owner(fd) != null) {
            table.cancel(fd, Interest.READ);
            table.cancel(fd, Interest.WRITE);
        }
        registrations.announce(fd, interest, transport);
        table.putFileObject(fd, Refs.retain(object));
    }

    /// Ends what [#announce] has begun for a transport object: from now on only an entry as reader or writer of its
    /// descriptor keeps it alive.
    public void release(int fd, long object) {
        if (table.fileObject(fd) == object) {
            table.clearFileObject(fd);
        }
    }

    /// Whether events of a descriptor are reported to this transport. They are not before it is registered, nor any
    /// more if a user has added a reader for the same number.
    public boolean isRegistered(int fd, PollHandle transport) {
        return isOwner(fd, transport) && (registrations.interest(fd) & Interest.ANNOUNCED) == 0;
    }

    private boolean isOwner(int fd, PollHandle transport) {
        return transport.equals(registrations.owner(fd));
    }

    /// Whether a descriptor is registered by any transport.
    boolean isRegistered(int fd) {
        return registrations.owner(fd) != null && !watchers.watches(fd);
    }

    /// Ends the registration of a transport's descriptor, if it is still this transport's.
    ///
    /// @param closes whether the caller closes the descriptor next
    public void unregister(int fd, PollHandle transport, boolean closes) {
        if (isOwner(fd, transport)) {
            if (closes) {
                registrations.forget(fd);
            } else {
                registrations.unregister(fd);
            }
            table.clear(fd, Interest.READ);
            table.clear(fd, Interest.WRITE);
            table.clearFileObject(fd);
        }
    }

    /// Makes a transport object the reader of its descriptor.
    public void setReader(int fd, @Stolen long transport) {
        table.put(fd, Interest.READ, transport);
    }

    /// Whether this transport object is the reader of the descriptor.
    public boolean isReader(int fd, long transport) {
        return table.get(fd, Interest.READ) == transport;
    }

    /// Makes a transport object the writer of its descriptor.
    public void setWriter(int fd, @Stolen long transport) {
        table.put(fd, Interest.WRITE, transport);
    }

    /// Removes the writer of a transport's descriptor.
    public void clearWriter(int fd) {
        table.clear(fd, Interest.WRITE);
    }
}
