package databridge.pyloop.loop;

import databridge.pyloop.cpython.Borrowed;
import databridge.pyloop.cpython.Refs;
import databridge.pyloop.cpython.WeakRefs;
import databridge.pyloop.libc.FileDescriptors;
import java.util.Arrays;

/// The transport object that each file descriptor of a loop belongs to, registered with the poller or not.
/// Under the GIL.
///
/// asyncio keeps them in `_transports`, a dictionary of weak references; so these are weak references too.
public final class TransportsByFd {
    /// By file descriptor; 0 where there is none.
    private long[] references = new long[64];

    TransportsByFd() {}

    /// Sets the transport of a descriptor; 0 removes it.
    ///
    /// @param transport borrowed; only a weak reference is kept
    /// @throws databridge.pyloop.cpython.PyError TypeError if the object can have no weak references
    public void put(int fd, long transport) {
        if (fd < 0 || (fd >= references.length && (transport == 0 || !grow(fd)))) {
            return; // the socket is closed already, which shows when it is registered
        }
        long old = references[fd];
        references[fd] = transport == 0 ? 0 : WeakRefs.of(transport);
        Refs.releaseIfAny(old);
    }

    /// Removes the transport of a descriptor, unless it belongs to another transport by now.
    public void remove(int fd, long transport) {
        if (get(fd) == transport) {
            put(fd, 0);
        }
    }

    /// Whether a descriptor belongs to a transport.
    public boolean isUsed(int fd) {
        return get(fd) != 0;
    }

    /// Removes all transports.
    void clear() {
        for (int fd = 0; fd < references.length; fd++) {
            put(fd, 0);
        }
    }

    /// The transport of a descriptor, 0 if it belongs to none.
    @Borrowed
    long get(int fd) {
        long reference = fd >= 0 && fd < references.length ? references[fd] : 0;
        return reference == 0 ? 0 : WeakRefs.target(reference);
    }

    /// @return false if no open file has the number: only the kernel knows which numbers are too large
    private boolean grow(int fd) {
        if (!FileDescriptors.isOpen(fd)) {
            return false;
        }
        references = Arrays.copyOf(references, Math.max(fd + 1, 2 * references.length));
        return true;
    }
}
