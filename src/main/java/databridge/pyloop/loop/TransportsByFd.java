package databridge.pyloop.loop;

import java.util.Arrays;

/// Which transport object each file descriptor of a loop belongs to, so that nobody else uses it. Under the GIL.
///
/// What asyncio keeps in `_transports`, a dictionary of weak references. Here a transport takes itself out in time.
public final class TransportsByFd {
    private long[] transports = new long[64];

    TransportsByFd() {}

    /// @param transport borrowed, to be removed before it is freed
    public void put(int fd, long transport) {
        if (fd < 0) {
            return; // a socket that is closed already: epoll will say so
        }
        if (fd >= transports.length) {
            transports = Arrays.copyOf(transports, Math.max(fd + 1, 2 * transports.length));
        }
        transports[fd] = transport;
    }

    /// Does nothing if another one has taken the place.
    public void remove(int fd, long transport) {
        if (get(fd) == transport) {
            put(fd, 0);
        }
    }

    /// Borrowed; 0 if there is none.
    long get(int fd) {
        return fd >= 0 && fd < transports.length ? transports[fd] : 0;
    }
}
