package databridge.pyloop.loop;

import databridge.pyloop.cpython.Borrowed;
import java.util.Arrays;

/// The transport object that each file descriptor of a loop belongs to, registered with the poller or not. Under the
/// GIL.
///
/// It is what asyncio keeps in `loop._transports`, so that `add_reader` and `sock_recv` can refuse a transport's
/// descriptor. There it is a dictionary of weak references; here each transport removes itself before it is freed.
public final class TransportsByFd {
    private long[] transports = new long[64];

    TransportsByFd() {}

    /// Sets the transport of a descriptor, in place of the one before.
    ///
    /// @param transport borrowed, to be removed before it is freed; 0 for none
    public void put(int fd, long transport) {
        if (fd < 0) {
            return; // the socket is closed already: registering it will fail
        }
        if (fd >= transports.length) {
            transports = Arrays.copyOf(transports, Math.max(fd + 1, 2 * transports.length));
        }
        transports[fd] = transport;
    }

    /// Removes the transport of a descriptor, unless it belongs to another transport by now.
    public void remove(int fd, long transport) {
        if (get(fd) == transport) {
            put(fd, 0);
        }
    }

    /// The transport of a descriptor, 0 if it belongs to none.
    @Borrowed
    long get(int fd) {
        return fd >= 0 && fd < transports.length ? transports[fd] : 0;
    }
}
